import type { Options, SearchOptions } from "minisearch";

/**
 * How the site's search works. VitePress sends these functions to the browser as text, so each one
 * has all that it needs inside. The index is built with `options`, and asked with both.
 */
export const search: { readonly options: Partial<Options>; readonly searchOptions: SearchOptions } = {
  options: {
    // Words that every page has say nothing, and "sessions" is to find "session".
    processTerm: (term) => {
      const word = term.toLowerCase().replaceAll(/[^\p{L}\p{N}_]/gu, "");
      const common =
        " a about after again all also am an and any are as at be been but by can could did do does doing for from get gets getting had has have how i if in into is it its just like me my of on or our should so some than that the their them then there they this to up use using want was we what when where which who why will with would you your ";
      if (word === "" || common.includes(` ${word} `)) return null;
      if (word.length < 5) return word.replace(/^(\w{3})s$/, "$1");
      return word
        .replace(/(?:ies)$/, "y")
        .replace(/(?<=[^s])s$/, "")
        .replace(/(?<=\w{3})(?:ing|ed)$/, "")
        .replace(/(?<=\w{3})e$/, "");
    },
  },
  searchOptions: {
    fuzzy: (term) => (term.length > 5 ? 0.15 : false),
    prefix: (term) => term.length > 2,
    boost: { title: 4, text: 2, titles: 2 },
    // A page that explains comes before a list of everything.
    boostDocument: (id) =>
      /\/(?:reference|project)\/|\/(?:asvs|threat-model|toolbar-records)\./.test(String(id)) ? 0.2 : 1,
  },
};
