import type { FastifyPluginCallback } from "fastify";

/**
 * Makes a plugin whose hooks and decorators belong to the instance that registers it, and to all
 * below, instead of to the plugin alone.
 */
export function plugin(
  name: string,
  register: (app: Parameters<FastifyPluginCallback>[0]) => void,
): FastifyPluginCallback {
  const callback: FastifyPluginCallback = (app, _, done) => {
    register(app);
    done();
  };
  return Object.assign(callback, {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: name,
    [Symbol.for("plugin-meta")]: { name, fastify: ">=5" },
  });
}
