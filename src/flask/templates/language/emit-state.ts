import type { Exports } from "./exports.ts";
import { TemplateError } from "../errors.ts";
import { MARK } from "../values/handles.ts";

/** A place in a template, for messages, and whether values are escaped there. */
export interface Place {
  readonly template: string;
  readonly line: number;
  readonly escape: boolean;
}

/** What the translation has to know about the application. */
export interface Surroundings {
  readonly hasFilter: (name: string) => boolean;
  readonly hasTest: (name: string) => boolean;
  readonly isGlobal: (name: string) => boolean;
  /** The macros of another template; undefined if there is no such template, or it is not valid. */
  readonly exportsOf: (name: string) => Exports | undefined;
  readonly filterNames: () => readonly string[];
  readonly testNames: () => readonly string[];
  /** Keeps a place, and returns its number. */
  readonly addPlace: (place: Place) => number;
}

/** A template in the engine's language. */
export interface Emitted {
  readonly source: string;
  /** Variables that the context has to bind, without prefix. */
  readonly names: ReadonlySet<string>;
  /** Templates that this one mentions: `c:name` with the context, `n:name` without. */
  readonly references: ReadonlySet<string>;
  /** Whether a name of a template is computed. */
  readonly dynamic: boolean;
}

/** What one translation has collected so far. */
export class EmitState {
  readonly template: string;
  readonly around: Surroundings;
  /** `v_` for templates with the context, `n_` for those that are imported without it. */
  readonly prefix: string;
  readonly names: Set<string> = new Set();
  readonly references: Set<string> = new Set();
  dynamic = false;
  /** Whether the template extends another one. */
  extending = false;
  escape: boolean;
  #unique = 0;

  constructor(template: string, prefix: string, escape: boolean, around: Surroundings) {
    this.template = template;
    this.prefix = prefix;
    this.escape = escape;
    this.around = around;
  }

  /** The number of a place, for messages. */
  place(line: number): number {
    return this.around.addPlace({ template: this.template, line, escape: this.escape });
  }

  unique(): number {
    return ++this.#unique;
  }

  fail(line: number, message: string): never {
    throw new TemplateError("syntax", message, { template: this.template, line });
  }
}

/** A string in the engine's language. */
export function literal(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

export const NONE: string = literal(`${MARK}N`);

/** The text of a macro as a value: safe HTML where values are escaped. */
export function asText(call: string, escape: boolean): string {
  return `(${literal(MARK + (escape ? "M" : "S"))} ~ ${call})`;
}
