import { Markup, Uuid } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { bind, text } from "./bind.ts";
import { iterate } from "./compare.ts";
import { DICT, LIST, listMethod } from "./container-methods.ts";
import { isoDate, partsOf, strftime } from "./dates.ts";
import {
  Builtin,
  Float,
  isFloat,
  isInteger,
  isNumber,
  isPlain,
  isSequence,
  isText,
  mappingOf,
  Member,
  mustExist,
  numberOf,
  textOf,
  typeName,
  Undefined,
  type Keywords,
} from "./kinds.ts";
import { formatBraces } from "./format-braces.ts";
import { escapeText } from "./print.ts";
import { callTextMethod, TEXT_METHODS } from "./text-methods.ts";

/** Members of JavaScript's own that no template means. */
const HIDDEN = new Set(["constructor", "prototype", "caller", "callee", "arguments"]);

/** `value.name`: Python's attribute, then the key of this name. Undefined if there is neither. */
export function attributeOf(value: unknown, name: string): unknown {
  if (isPlainEntry(value, name)) {
    const entry = value[name];
    if (entry !== undefined && typeof entry !== "function") return entry;
  }
  mustExist(value);
  const found = memberOf(value, name);
  if (found !== undefined) return found;
  const mapping = mappingOf(value);
  if (mapping?.has(name) === true) return mapping.get(name);
  return missing(value, name);
}

/** Whether a name is an entry of a dict, and nothing else: the usual case, in one step. */
function isPlainEntry(value: unknown, name: string): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.hasOwn(value, name) &&
    !Object.hasOwn(DICT, name) &&
    !(Symbol.iterator in value) &&
    !(Symbol.toStringTag in value)
  );
}

/** `value[key]`: the item, then the attribute of this name. Undefined if there is neither. */
export function itemOf(value: unknown, key: unknown): unknown {
  mustExist(value);
  if ((isSequence(value) || isText(value)) && isInteger(key)) {
    const items = isText(value) ? iterate(value) : value;
    const at = Number(key) < 0 ? Number(key) + items.length : Number(key);
    if (at < 0 || at >= items.length) return new Undefined(`${typeName(value)} object has no element ${Number(key)}`);
    const item = items[at];
    return value instanceof Markup ? new Markup(item as string) : item;
  }
  const mapping = mappingOf(value);
  if (mapping?.has(key) === true) return mapping.get(key);
  if (isText(key)) {
    const found = memberOf(value, textOf(key));
    if (found !== undefined) return found;
    return missing(value, textOf(key));
  }
  mustExist(key);
  return missing(value, String(isNumber(key) ? numberOf(key) : typeName(key)));
}

function missing(value: unknown, name: string): Undefined {
  return new Undefined(
    value === null ? `'None' has no attribute '${name}'` : `'${typeName(value)} object' has no attribute '${name}'`,
  );
}

function memberOf(value: unknown, name: string): unknown {
  if (value === null || value === undefined) return undefined;
  const method = (call: Builtin["call"]): Builtin => new Builtin(name, call);
  if (isText(value) && (name === "format" || name === "format_map"))
    return method((args, keywords) => format(value, name, args, keywords));
  if (isText(value))
    return Object.hasOwn(TEXT_METHODS, name) || (value instanceof Markup && name === "striptags")
      ? method((args, keywords) => callTextMethod(value, name, args, keywords))
      : undefined;
  if (value instanceof Member) return value.member(name);
  if (isNumber(value)) return numberMember(value, name, method);
  if (value instanceof Date) return dateMember(value, name, method);
  if (value instanceof Uuid) return name === "hex" ? value.hex : undefined;
  if (isSequence(value)) {
    if (Object.hasOwn(LIST, name)) return listMethod(value, name);
    return name in Array.prototype || !(name in value) ? undefined : foreign(value, name);
  }
  if (typeof value === "function" || value instanceof Builtin) return undefined;
  const mapping = mappingOf(value);
  if (mapping === undefined) return foreign(value, name);
  if (isPlain(value)) {
    // What an object itself brings comes first: `session.get` of the facade, and an entry named
    // "items".
    const own = Object.hasOwn(value, name) ? value[name] : ownFunction(value, name);
    // `d.items()` is the method of the dict, also if it has an entry of this name.
    if (own !== undefined && (typeof own === "function" || !Object.hasOwn(DICT, name)))
      return typeof own === "function" ? bound(own, value) : own;
    if (name.includes("_") && !Object.hasOwn(value, name)) {
      const camel = ownFunction(value, toCamel(name)) ?? facadeMember(value, name);
      if (camel !== undefined) return typeof camel === "function" ? bound(camel, value) : camel;
    }
  }
  if (Object.hasOwn(DICT, name))
    return method((args, keywords) => {
      if (name === "get" && (isPlain(value) || value instanceof Map) && Object.keys(keywords).length > 0)
        throw new ValueProblem("dict.get() takes no keyword arguments. Fix: get(key, default).");
      return DICT[name]!(mapping, args, keywords);
    });
  if (name === "getlist" && !isPlain(value) && !(value instanceof Map))
    return method((args) => (value as unknown as URLSearchParams).getAll(text(args[0], "key")));
  return undefined;
}

function format(value: string | Markup, name: string, args: readonly unknown[], keywords: Keywords): unknown {
  const safe = value instanceof Markup;
  const named = name === "format" ? keywords : ((bind(name, ["mapping!"], args, keywords)[0] ?? {}) as Keywords);
  const printed = formatBraces(
    textOf(value),
    name === "format" ? args : [],
    named,
    safe ? escapeText : (part) => part,
    { attribute: attributeOf, item: itemOf },
  );
  return safe ? new Markup(printed) : printed;
}

const toCamel = (name: string): string =>
  name.replace(/(?<=[^_])_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());

/**
 * A member. `request.form["title"]` answers a view with 400 where the field is missing. In a
 * template it is undefined, because Jinja takes Python's KeyError for that.
 */
function memberOrMissing(value: object, name: string): unknown {
  try {
    return Reflect.get(value, name) as unknown;
  } catch (error) {
    if ((error as { readonly isMissingKey?: unknown } | null)?.isMissingKey === true) return undefined;
    throw error;
  }
}

/** A function that is a member of an object and not of every object. */
function ownFunction(value: object, name: string): unknown {
  if (HIDDEN.has(name) || name.startsWith("__") || name in Object.prototype) return undefined;
  const found = memberOrMissing(value, name);
  return typeof found === "function" ? found : undefined;
}

/** Members of a facade, such as `request.view_args`, which is `viewArgs` in JavaScript. */
function facadeMember(value: object, name: string): unknown {
  const camel = toCamel(name);
  if (camel === name || Object.hasOwn(value, camel) || !(camel in value)) return undefined;
  return Reflect.get(value, camel);
}

/** A member of a class of the application: a property, a getter or a method. */
function foreign(value: object, name: string): unknown {
  if (HIDDEN.has(name) || name.startsWith("__") || name in Object.prototype) return undefined;
  const target = value as Record<string, unknown>;
  for (const candidate of name.includes("_") ? [name, toCamel(name)] : [name]) {
    if (!(candidate in value)) continue;
    const found = target[candidate];
    return typeof found === "function" ? bound(found, value) : found;
  }
  // A class with get() and has() answers as a dict does: request.form.title.
  const { get, has } = target;
  if (typeof get === "function" && typeof has === "function" && has.call(value, name) === true)
    return get.call(value, name);
  if (name === "items" && typeof target["entries"] === "function")
    return new Builtin(name, () => [...(target["entries"] as () => Iterable<unknown>).call(value)]);
  return undefined;
}

/** A method keeps its object. */
function bound(found: unknown, owner: object): unknown {
  const method = found as (...args: unknown[]) => unknown;
  const call = (...args: unknown[]): unknown => method.apply(owner, args);
  Object.defineProperty(call, "name", { value: method.name });
  return call;
}

function numberMember(value: unknown, name: string, method: (call: Builtin["call"]) => Builtin): unknown {
  if (isFloat(value)) return name === "is_integer" ? method(() => Number.isInteger(numberOf(value))) : undefined;
  if (name === "bit_length") return method(() => Math.abs(numberOf(value)).toString(2).length * (value === 0 ? 0 : 1));
  if (name === "real" || name === "numerator") return Number(value);
  return undefined;
}

function dateMember(date: Date, name: string, method: (call: Builtin["call"]) => Builtin): unknown {
  const parts = partsOf(date);
  if (["year", "month", "day", "hour", "minute", "second", "microsecond"].includes(name)) return parts[name as "year"];
  switch (name) {
    case "strftime":
      return method((args, keywords) => {
        const [format] = bind("strftime", ["format!"], args, keywords);
        const printed = strftime(date, text(format, "format"));
        if (printed === undefined)
          throw new ValueProblem(
            "strftime() got a format with a letter that it does not know. Fix: see docs/flask-templates.md.",
          );
        return printed;
      });
    case "isoformat":
      return method((args, keywords) => isoDate(date, text(bind(name, ["sep"], args, keywords)[0] ?? "T", "sep")));
    case "weekday":
      return method(() => parts.weekday);
    case "isoweekday":
      return method(() => parts.weekday + 1);
    case "timestamp":
      return method(() => {
        const seconds = date.getTime() / 1000;
        return Number.isInteger(seconds) ? new Float(seconds) : seconds;
      });
    default: {
      const found = foreign(date, name);
      return found;
    }
  }
}
