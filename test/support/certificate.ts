import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { executable, requirement } from "./requirements.ts";
import { temporaryFolder } from "./services.ts";

/** The program openssl; undefined where it is missing, and tests have to be skipped. */
export const opensslPath = requirement("openssl", () => executable("openssl"));

/**
 * A self-signed certificate, with its files for servers that read
 * files.
 */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly keyFile: string;
  readonly certFile: string;
  remove(): void;
}

/**
 * Makes a self-signed certificate. Clients accept it only when they are set to ignore certificate
 * errors.
 */
export function makeCertificate(): Certificate {
  const folder = temporaryFolder("certificate");
  const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = ["-subj", "/CN=latchkey.test", "-addext", "subjectAltName=DNS:*.test,DNS:*.localhost,IP:127.0.0.1"];
  execFileSync(opensslPath!, ["req", "-x509", ...kind, "-keyout", keyFile, "-out", certFile, "-days", "2", ...names], {
    stdio: "pipe",
  });
  return {
    key: readFileSync(keyFile, "utf8"),
    cert: readFileSync(certFile, "utf8"),
    keyFile,
    certFile,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
