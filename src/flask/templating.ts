import { join } from "node:path";
import nunjucks from "nunjucks";

/**
 * The template engine of one application: Jinja's language, with templates from its folders. All
 * values are escaped unless marked `|safe`.
 */
export function createTemplates(
  folders: readonly string[],
  more: () => readonly string[],
  isReloading: () => boolean,
): nunjucks.Environment {
  const loader = new FoldersLoader(() => [...folders, ...more()], isReloading);
  return new nunjucks.Environment(loader, { autoescape: true });
}

/** Looks into the application's folder first, and then into those of its blueprints. */
class FoldersLoader extends nunjucks.Loader implements nunjucks.ILoader {
  readonly #folders: () => readonly string[];
  readonly #isReloading: () => boolean;

  constructor(folders: () => readonly string[], isReloading: () => boolean) {
    super();
    this.#folders = folders;
    this.#isReloading = isReloading;
  }

  getSource(name: string): nunjucks.LoaderSource {
    for (const folder of this.#folders()) {
      const source = new nunjucks.FileSystemLoader(folder, { noCache: this.#isReloading() }).getSource(name);
      // It returns null for a missing template, against its types.
      if ((source as unknown) !== null) return { ...source, path: source.path || join(folder, name) };
    }
    return null as unknown as nunjucks.LoaderSource;
  }
}
