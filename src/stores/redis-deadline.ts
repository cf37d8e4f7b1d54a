/** Milliseconds that a command waits for a connection: the default of the package `redis`. */
const LONGEST_WAIT = 5000;
/** The commands of so many milliseconds share a signal. */
const SHARED_FOR = 1000;

/** What a client of one server has beside its commands. */
interface ConfigurableClient<Client> {
  readonly options: { readonly commandOptions?: { readonly timeout?: number | undefined } | undefined };
  withCommandOptions(options: object): Client;
}

/**
 * Gives the client, with one signal for all commands of a second that ends their wait for a
 * connection. The client itself makes a signal, a timer and five seconds later an error for each
 * command, also for those that were answered long ago: an eighth of the time of a write.
 *
 * A client whose application has set its own `commandOptions.timeout` stays as it is, and so does a
 * Cluster and a Sentinel.
 *
 * @returns a function that has to be asked for each command.
 */
export function sharedDeadline<Client extends object>(client: Client): () => Client {
  if (!isConfigurable(client)) return () => client;
  const { options } = client;
  if (options.commandOptions?.timeout !== undefined) return () => client;
  let current: Client = client;
  let expires = 0;
  return () => {
    const now = performance.now();
    if (now >= expires) {
      expires = now + SHARED_FOR;
      const abortSignal = AbortSignal.timeout(LONGEST_WAIT + SHARED_FOR);
      current = client.withCommandOptions({ ...options.commandOptions, timeout: 0, abortSignal });
    }
    return current;
  };
}

function isConfigurable<Client extends object>(client: Client): client is Client & ConfigurableClient<Client> {
  const { options, withCommandOptions } = client as Partial<ConfigurableClient<Client>>;
  return typeof withCommandOptions === "function" && typeof options === "object" && options !== null;
}
