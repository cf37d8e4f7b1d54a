/**
 * The part of a path that the pattern of a mount stands for: for the pattern "/:shop/admin/*" and
 * the path "/tea/admin/users", it is "/tea/admin". Without a slash at the end.
 */
export function mountPath(pattern: string, path: string): string {
  const parts = pattern.replace(/\/?\*?$/, "").split("/");
  return path.split("/").slice(0, parts.length).join("/");
}
