/** Commands of which all arguments are keys or numbers. */
const ALL_KEYS =
  /^(?:GET|MGET|DEL|UNLINK|EXISTS|TOUCH|TYPE|TTL|PTTL|PERSIST|INCR|DECR|STRLEN|GETDEL|LLEN|LPOP|RPOP|LRANGE|SCARD|SMEMBERS|SPOP|SINTER|SUNION|SDIFF|ZCARD|ZRANGE|ZREVRANGE|HLEN|HGETALL|HKEYS|HVALS|EXPIRE|PEXPIRE|EXPIREAT|RENAME|WATCH|XLEN|SUBSCRIBE|UNSUBSCRIBE)$/;
/** Commands that are followed by a key and names of fields. */
const KEY_AND_FIELDS = /^(?:HGET|HMGET|HEXISTS|HDEL|HSTRLEN)$/;
/** Commands with a second word: CONFIG GET. */
const WITH_SUBCOMMAND =
  /^(?:ACL|CLIENT|CLUSTER|COMMAND|CONFIG|FUNCTION|LATENCY|MEMORY|MODULE|OBJECT|PUBSUB|SCRIPT|SLOWLOG|XGROUP|XINFO)$/;
/** Commands of which the first argument is no key. */
const WITHOUT_KEY =
  /^(?:AUTH|HELLO|ECHO|PING|EVAL|EVAL_RO|EVALSHA|EVALSHA_RO|FCALL|FCALL_RO|MIGRATE|PSUBSCRIBE|SCAN|WAIT)$/;
const MOST_ARGUMENTS = 8;

/**
 * A command as one line, with values as "?": "GET cart:7", "SET cart:7 ?".
 *
 * Libraries hide values too, but not all of them: node-redis 6.3 tells the value of GETSET and the
 * password of CONFIG SET requirepass.
 *
 * @param args without the command.
 */
export function redisLabel(command: string, args: readonly unknown[]): string {
  const shown = args.slice(0, MOST_ARGUMENTS).map((arg, index) => (isShown(command, index) ? String(arg) : "?"));
  const more = args.length > MOST_ARGUMENTS ? [`… ${args.length - MOST_ARGUMENTS} more`] : [];
  return [command, ...shown, ...more].join(" ");
}

function isShown(command: string, index: number): boolean {
  if (ALL_KEYS.test(command) || KEY_AND_FIELDS.test(command)) return true;
  if (WITH_SUBCOMMAND.test(command)) return index === 0;
  return index === 0 && !WITHOUT_KEY.test(command);
}
