import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:net";
import type { Certificate } from "./certificate.ts";
import { executable, requirement } from "./requirements.ts";
import { freePort, Service, temporaryFolder, withParent } from "./services.ts";

/** The program nginx; undefined where it is missing, and tests have to be skipped. */
export const nginxPath = requirement("nginx", () => executable("nginx"));

/** One host name that nginx serves over HTTPS. */
export interface ProxiedHost {
  readonly name: string;
  /** The port of the application on this machine. */
  readonly upstream: number;
  /**
   * Further lines for its location, in addition to `proxy_pass`. None: nginx sends what it sends by
   * default.
   */
  readonly directives?: readonly string[];
}

/**
 * Starts an nginx that ends TLS in front of applications on this machine, as one process in the
 * foreground.
 */
export async function startNginx(certificate: Certificate, hosts: readonly ProxiedHost[]): Promise<Service> {
  const port = await freePort();
  return await startNginxWith(port, serversOf(port, certificate, hosts));
}

/** Starts an nginx with these lines inside of its `http`. @param port one on which they listen. */
export async function startNginxWith(port: number, lines: string): Promise<Service> {
  const folder = temporaryFolder("nginx");
  const file = join(folder, "nginx.conf");
  writeFileSync(file, configuration(folder, lines));
  const command = [...withParent(), nginxPath!, "-p", folder, "-e", "stderr", "-c", file];
  return await new Service(port, folder, command, async () => await isListening(port)).start();
}

function serversOf(port: number, { keyFile, certFile }: Certificate, hosts: readonly ProxiedHost[]): string {
  const servers = hosts.map(
    ({ name, upstream, directives = [] }) => `server {
    listen 127.0.0.1:${port} ssl;
    server_name ${name};
    location / {
      ${[`proxy_pass http://127.0.0.1:${upstream};`, ...directives].join("\n      ")}
    }
  }`,
  );
  return [`ssl_certificate ${certFile};`, `ssl_certificate_key ${keyFile};`, ...servers].join("\n  ");
}

function configuration(folder: string, lines: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  server_names_hash_bucket_size 128;
  ${temporary.join("\n  ")}
  ${lines}
}
`;
}

/** Whether a server accepts connections on a port of this machine. */
export async function isListening(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
