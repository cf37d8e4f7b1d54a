import type { HandledFile } from "../toolbar/index.ts";

/**
 * The files of a form, by name and size, from where parsers of forms put them: `req.file` and
 * `req.files` of multer and express-fileupload, `ctx.request.files` of koa-body.
 */
export function uploadedFiles(...places: readonly unknown[]): HandledFile[] {
  return places.flatMap((place) => filesIn(place, ""));
}

function filesIn(value: unknown, field: string): HandledFile[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => filesIn(item, field));
  const { fieldname, originalname, originalFilename, name, size } = value as Readonly<Record<string, unknown>>;
  const file = [originalname, originalFilename, field === "" ? undefined : name].find(
    (each) => typeof each === "string",
  );
  if (file !== undefined)
    return [
      {
        field: typeof fieldname === "string" ? fieldname : field,
        name: file as string,
        bytes: typeof size === "number" ? size : undefined,
      },
    ];
  // An object of lists, by the names of the fields.
  return field === "" ? Object.entries(value).flatMap(([each, list]) => filesIn(list, each)) : [];
}
