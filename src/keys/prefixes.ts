/*
 * The prefixes of keys that are made here. By them a person, a log scanner or this package
 * recognises a key. The prefix is part of the key: an operator who shares a key with a Flask
 * application shares the whole text.
 */

/**
 * The prefix of every key of `generateSecretKey` in its default format: the kind and the version.
 */
export const KEY_PREFIX = "lk1_";

/** The prefix of a key that was made for one developer's machine. Production refuses it. */
export const DEVELOPMENT_KEY_PREFIX = "lk1-dev_";

/** Prefixes by which this package and others mark a key as not meant for production. */
export const INSECURE_PREFIXES: readonly string[] = [
  "django-insecure-",
  "insecure-",
  "insecure_",
  "unsafe-",
  "unsafe_",
  "not-secure-",
  "notsecure-",
];
