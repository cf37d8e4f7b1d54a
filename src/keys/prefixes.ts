/*
 * What the keys made here begin with, so that a person, a log scanner or this package itself can
 * tell what a key is. The prefix is part of the key: an operator who shares it with a Flask
 * application shares the whole text.
 */

/**
 * The beginning of every key of `generateSecretKey` in its default format: the kind and the
 * version.
 */
export const KEY_PREFIX = "lk1_";

/** The beginning of a key that was made for one developer's machine; production refuses it. */
export const DEVELOPMENT_KEY_PREFIX = "lk1-dev_";

/** Beginnings with which this package and others mark a key as not meant for production. */
export const INSECURE_PREFIXES: readonly string[] = [
  "django-insecure-",
  "insecure-",
  "insecure_",
  "unsafe-",
  "unsafe_",
  "not-secure-",
  "notsecure-",
];
