const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** A Date in UTC, in the words of Python's datetime. */
export function partsOf(
  date: Date,
): Record<"year" | "month" | "day" | "hour" | "minute" | "second" | "microsecond" | "weekday" | "yearday", number> {
  const year = date.getUTCFullYear();
  const start = Date.UTC(year, 0, 1);
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    microsecond: date.getUTCMilliseconds() * 1000,
    weekday: (date.getUTCDay() + 6) % 7,
    yearday: Math.floor((Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - start) / 86_400_000) + 1,
  };
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `2020-01-02T03:04:05+00:00`, with a fraction if there is one. */
export function isoDate(date: Date, separator = "T"): string {
  const { year, month, day, hour, minute, second, microsecond } = partsOf(date);
  const fraction = microsecond === 0 ? "" : `.${String(microsecond).padStart(6, "0")}`;
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}${separator}${two(hour)}:${two(minute)}:${two(second)}${fraction}+00:00`;
}

export const printDate = (date: Date): string => isoDate(date, " ");

export function reprDate(date: Date): string {
  const { year, month, day, hour, minute, second, microsecond } = partsOf(date);
  const time = [
    hour,
    minute,
    ...(second > 0 || microsecond > 0 ? [second] : []),
    ...(microsecond > 0 ? [microsecond] : []),
  ];
  return `datetime.datetime(${[year, month, day, ...time].join(", ")}, tzinfo=datetime.timezone.utc)`;
}

/** The HTTP date that Flask's JSON has for a datetime. */
export const httpDate = (date: Date): string => date.toUTCString();

/** ISO 8601's week, and the year that it belongs to. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getTime());
  thursday.setUTCDate(thursday.getUTCDate() + 3 - partsOf(date).weekday);
  const { year, yearday } = partsOf(thursday);
  return { year, week: Math.floor((yearday - 1) / 7) + 1 };
}

/**
 * Python's `strftime` in the C locale, and in UTC. Undefined for a letter that it does not know.
 */
export function strftime(date: Date, format: string): string | undefined {
  const part = partsOf(date);
  const twelve = part.hour % 12 === 0 ? 12 : part.hour % 12;
  let unknown = false;
  const one = (letter: string): string => {
    switch (letter) {
      case "a":
        return DAYS[part.weekday]!.slice(0, 3);
      case "A":
        return DAYS[part.weekday]!;
      case "w":
        return String((part.weekday + 1) % 7);
      case "u":
        return String(part.weekday + 1);
      case "d":
        return two(part.day);
      case "e":
        return String(part.day).padStart(2);
      case "b":
      case "h":
        return MONTHS[part.month - 1]!.slice(0, 3);
      case "B":
        return MONTHS[part.month - 1]!;
      case "m":
        return two(part.month);
      case "y":
        return two(part.year % 100);
      case "Y":
        return String(part.year);
      case "C":
        return two(Math.floor(part.year / 100));
      case "H":
        return two(part.hour);
      case "I":
        return two(twelve);
      case "k":
        return String(part.hour).padStart(2);
      case "l":
        return String(twelve).padStart(2);
      case "p":
        return part.hour < 12 ? "AM" : "PM";
      case "P":
        return part.hour < 12 ? "am" : "pm";
      case "M":
        return two(part.minute);
      case "S":
        return two(part.second);
      case "f":
        return String(part.microsecond).padStart(6, "0");
      case "z":
        return "+0000";
      case "Z":
        return "UTC";
      case "j":
        return String(part.yearday).padStart(3, "0");
      case "U":
        return two(Math.floor((part.yearday + 6 - ((part.weekday + 1) % 7)) / 7));
      case "W":
        return two(Math.floor((part.yearday + 6 - part.weekday) / 7));
      case "V":
        return two(isoWeek(date).week);
      case "G":
        return String(isoWeek(date).year);
      case "g":
        return two(isoWeek(date).year % 100);
      case "s":
        return String(Math.floor(date.getTime() / 1000));
      case "c":
        return `${one("a")} ${one("b")} ${one("e")} ${one("X")} ${one("Y")}`;
      case "x":
      case "D":
        return `${one("m")}/${one("d")}/${one("y")}`;
      case "X":
      case "T":
        return `${one("H")}:${one("M")}:${one("S")}`;
      case "R":
        return `${one("H")}:${one("M")}`;
      case "r":
        return `${one("I")}:${one("M")}:${one("S")} ${one("p")}`;
      case "F":
        return `${one("Y")}-${one("m")}-${one("d")}`;
      case "n":
        return "\n";
      case "t":
        return "\t";
      case "%":
        return "%";
      default:
        unknown = true;
        return "";
    }
  };
  const text = format.replace(/%([-_0^#]?)([\s\S])/g, (_, flag: string, letter: string) => {
    const value = one(letter);
    if (flag === "-") return value.replace(/^[0 ]+(?=\d)/, "");
    if (flag === "_") return value.replace(/^0+(?=\d)/, (zeros) => " ".repeat(zeros.length));
    if (flag === "^") return value.toUpperCase();
    if (flag !== "") unknown = true;
    return value;
  });
  return unknown ? undefined : text;
}
