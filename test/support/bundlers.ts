import { basename, dirname } from "node:path";
import { build as esbuild } from "esbuild";
import { build as rolldown } from "rolldown";
import { build as vite } from "vite";
import webpack from "webpack";

/** The kinds of modules that a bundle can be. */
export const FORMATS = ["esm", "cjs"] as const;

/** A kind of module. */
export type Format = (typeof FORMATS)[number];

/** Bundles a program for Node into one file, with every package in it. */
export type Bundle = (entry: string, outfile: string, format: Format) => Promise<unknown>;

/** Bundlers by name, with their own defaults for a server. */
export const BUNDLERS: Readonly<Record<string, Bundle>> = {
  esbuild: async (entry, outfile, format) =>
    await esbuild({ entryPoints: [entry], outfile, format, bundle: true, platform: "node", logLevel: "error" }),
  rolldown: async (entry, outfile, format) =>
    await rolldown({
      input: entry,
      platform: "node",
      logLevel: "silent",
      output: { file: outfile, format, codeSplitting: false },
    }),
  webpack: async (entry, outfile, format) =>
    await new Promise<void>((resolve, reject) => {
      const output = { path: dirname(outfile), filename: basename(outfile) };
      webpack(
        {
          mode: "production",
          target: "node22",
          entry,
          // Names stay readable in a failure, and it takes a tenth of the time.
          optimization: { minimize: false },
          ...(format === "esm"
            ? { experiments: { outputModule: true }, output: { ...output, module: true, chunkFormat: "module" } }
            : { output }),
        },
        (error, stats) => {
          if (error !== null) reject(error);
          else if (stats!.hasErrors()) reject(new Error(stats!.toString("errors-only")));
          else resolve();
        },
      );
    }),
  "Vite SSR": async (entry, outfile, format) =>
    await vite({
      root: dirname(entry),
      configFile: false,
      logLevel: "silent",
      ssr: { noExternal: true },
      build: {
        ssr: entry,
        outDir: dirname(outfile),
        emptyOutDir: false,
        rolldownOptions: { output: { format, entryFileNames: basename(outfile), codeSplitting: false } },
      },
    }),
};
