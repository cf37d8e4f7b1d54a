import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isListening } from "./nginx.ts";
import { executable, requirement } from "./requirements.ts";
import { Service, temporaryFolder, withParent } from "./services.ts";

/** The program Caddy; undefined where it is missing, and tests have to be skipped. */
export const caddyPath = requirement("Caddy", () => executable("caddy"));

/** Starts a Caddy with this Caddyfile. @param port one on which its sites listen. */
export async function startCaddyWith(port: number, caddyfile: string): Promise<Service> {
  const folder = temporaryFolder("caddy");
  const file = join(folder, "Caddyfile");
  // Without these, it listens on the ports 80 and 2019, and writes to the user's own folder.
  writeFileSync(file, `{\n  admin off\n  auto_https disable_redirects\n  default_bind 127.0.0.1\n}\n${caddyfile}`);
  const environment = ["env", `HOME=${folder}`, `XDG_DATA_HOME=${folder}`, `XDG_CONFIG_HOME=${folder}`];
  const command = [...withParent(), ...environment, caddyPath!, "run", "--config", file, "--adapter", "caddyfile"];
  return await new Service(port, folder, command, async () => await isListening(port)).start();
}
