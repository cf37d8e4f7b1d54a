import { TemplateError, TemplateNotFound } from "./errors.ts";
import type { Emitted, Place, Surroundings } from "./language/emit-state.ts";
import { emitTemplate } from "./language/emit-template.ts";
import { exportsOf, type Exports } from "./language/exports.ts";
import { parseTemplate } from "./language/parse-template.ts";
import type { Template } from "./language/ast.ts";
import type { TemplateFiles } from "./template-files.ts";

/** Flask escapes in templates with these endings, and in texts without a name. */
const ESCAPED = [".html", ".htm", ".xml", ".xhtml", ".svg"];

/** A template that is translated. */
export interface Entry extends Emitted {
  /** The engine's name of it. It ends with `.txt`, so that the engine escapes nothing itself. */
  readonly internal: string;
  readonly prefix: string;
}

export type Known = Omit<Surroundings, "exportsOf" | "addPlace">;

/** The templates that were loaded, and the places in them. It is made anew when a file changes. */
export class Library {
  readonly places: Map<number, Place> = new Map();
  /** In the order of loading, so that an engine can catch up. */
  readonly loaded: Entry[] = [];
  readonly #entries = new Map<string, Entry>();
  /** Templates that are mentioned, and cannot be loaded: the error comes where one is needed. */
  readonly #failures = new Map<string, unknown>();
  readonly #parsed = new Map<string, Template>();
  readonly #files: TemplateFiles;
  readonly #known: Known;
  #allLoaded = false;
  #nextPlace = 1;

  constructor(files: TemplateFiles, known: Known) {
    this.#files = files;
    this.#known = known;
  }

  /**
   * Loads a template, and all that it mentions.
   *
   * @throws TemplateNotFound, TemplateError `syntax`.
   */
  load(name: string, context: boolean): Entry {
    const key = keyOf(name, context);
    const existing = this.#entries.get(key);
    if (existing !== undefined) return existing;
    const template = this.#parse(name);
    const escape = ESCAPED.some((ending) => name.endsWith(ending));
    const emitted = emitTemplate(template, name, { context, escape }, this.#surroundings());
    const entry = { ...emitted, internal: `${key}.txt`, prefix: context ? "v_" : "n_" };
    this.#entries.set(key, entry);
    this.loaded.push(entry);
    this.#follow(entry);
    return entry;
  }

  /** Translates a text without a name. The places can be forgotten with `release`. */
  fromText(text: string, internal: string): { entry: Entry; release: () => void } {
    const template = parseTemplate(text, "");
    const added: number[] = [];
    const around = this.#surroundings();
    const emitted = emitTemplate(
      template,
      "",
      { context: true, escape: true },
      {
        ...around,
        addPlace: (place) => {
          const number = around.addPlace(place);
          added.push(number);
          return number;
        },
      },
    );
    const entry = { ...emitted, internal, prefix: "v_" };
    this.#follow(entry);
    return { entry, release: () => added.forEach((number) => this.places.delete(number)) };
  }

  /**
   * The first of these templates that exists, as the engine knows it. Undefined if none of them exists.
   */
  find(names: readonly string[], context: boolean): string | undefined {
    for (const name of names) {
      const key = keyOf(name, context);
      const entry = this.#entries.get(key);
      if (entry !== undefined) return entry.internal;
      const failure = this.#failures.get(key);
      if (failure !== undefined && !(failure instanceof TemplateNotFound)) throw failure;
    }
    return undefined;
  }

  /** A template and all that it can reach. */
  reachable(root: Entry): Entry[] {
    const found = new Set<Entry>([root]);
    for (const entry of found) {
      if (entry.dynamic) for (const other of this.loaded) found.add(other);
      for (const key of entry.references) {
        const other = this.#entries.get(key) ?? this.#retry(key);
        if (other !== undefined) found.add(other);
      }
    }
    return [...found];
  }

  /** What a template exports, for imports. */
  exports(name: string): Exports {
    const all = exportsOf(this.#parse(name));
    // Names with an underscore are private, as in Jinja.
    return new Map([...all].filter(([exported]) => !exported.startsWith("_")));
  }

  /** A file that was missing may exist by now. */
  #retry(key: string): Entry | undefined {
    if (!(this.#failures.get(key) instanceof TemplateNotFound)) return undefined;
    this.#tryLoad(key);
    return this.#entries.get(key);
  }

  #follow(entry: Entry): void {
    for (const key of entry.references) this.#tryLoad(key);
    if (!entry.dynamic || this.#allLoaded) return;
    // A computed name can be that of any template, and nothing can be added while one is rendered.
    this.#allLoaded = true;
    for (const name of this.#files.list()) {
      this.#tryLoad(keyOf(name, true));
      this.#tryLoad(keyOf(name, false));
    }
  }

  #tryLoad(key: string): void {
    try {
      this.load(key.slice(2), key.startsWith("c:"));
      this.#failures.delete(key);
    } catch (error) {
      this.#failures.set(key, error);
    }
  }

  #parse(name: string): Template {
    let template = this.#parsed.get(name);
    if (template === undefined) {
      template = parseTemplate(this.#files.read(name), name);
      this.#parsed.set(name, template);
    }
    return template;
  }

  #surroundings(): Surroundings {
    return {
      ...this.#known,
      exportsOf: (name) => {
        try {
          return this.exports(name);
        } catch (error) {
          if (error instanceof TemplateError) return undefined;
          throw error;
        }
      },
      addPlace: (place) => {
        const number = this.#nextPlace++;
        this.places.set(number, place);
        return number;
      },
    };
  }
}

const keyOf = (name: string, context: boolean): string => `${context ? "c" : "n"}:${name}`;
