/*
 * The little of Next.js that is used here. Next.js is an optional peer, and its own types would
 * come with 400 MB. With the ending ".js", Node and every bundler find the modules.
 */

declare module "next/headers.js" {
  interface CookieJar {
    get(name: string): { readonly name: string; readonly value: string } | undefined;
    getAll(): { readonly name: string; readonly value: string }[];
    set(name: string, value: string, attributes: object): unknown;
  }
  export function headers(): Promise<Headers>;
  export function cookies(): Promise<CookieJar>;
}

declare module "next/server.js" {
  export const NextResponse: { next(init: { request: { headers: Headers } }): Response };
}
