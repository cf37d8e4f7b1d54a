const TEXT = /^text\/|^application\/(?:javascript|ecmascript|xml|xml-dtd|xml-external-parsed-entity)$|\+xml$/;

/** A type of content as a header: text has its charset, as in Flask. */
export function withCharset(type: string): string {
  return TEXT.test(type) ? `${type}; charset=utf-8` : type;
}
