/*
 * The Lua scripts of RedisStore. Redis runs a script as one step. Each of these has one key, so
 * that all of them work on a Redis Cluster, where two keys may lie on two machines.
 *
 * A session is a hash: `payload`, `expires` (Unix seconds) and, if it has a subject, `subject` and
 * `indexed`. The index of a subject is a sorted set of session ids. The score says until when an
 * entry holds. `indexed` is the score that the session relies on.
 *
 * One rule keeps index and sessions together across machines: a session with a subject never lives
 * longer than its entry. A write that would break the rule is not done, and the script asks for the
 * entry to be prolonged first. An entry holds for twice as long as the session has left, so
 * ordinary writes do not ask the index.
 *
 * Redis removes a key at the beginning of the second that it is given. A session is still alive in
 * the second of its expiry. Hence the + 1.
 *
 * A Redis that has reached `maxmemory` looks only at the first write of a script: it refuses HSET
 * and ZADD there, and then nothing has changed. After a first write that frees memory (HDEL, DEL,
 * ZREM) it lets every other write pass. So a write that grows begins with HSET or ZADD, and a write
 * that does not grow begins with HDEL or ZREMRANGEBYSCORE.
 */

/**
 * Session key; arguments: "y" or "n" and the payload to be replaced, "y" or "n" and the subject,
 * payload, expiry, how long the entry holds. If the payload is the one that was there, only the
 * expiry is written.
 */
export const WRITE = `
local expected = ARGV[1] == 'y' and ARGV[2]
local subject = ARGV[3] == 'y' and ARGV[4]
local payload, expires, indexed = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local kept = redis.call('HMGET', KEYS[1], 'payload', 'subject', 'indexed')
if kept[1] ~= expected then return 'refused' end
local same = subject == kept[2]
if subject then
  if same then indexed = math.max(indexed, tonumber(kept[3])) end
  if indexed < expires then return 'index' end
end
local fields = { 'expires', ARGV[6] }
if payload ~= kept[1] then
  fields[3], fields[4] = 'payload', payload
end
if subject then
  fields[#fields + 1], fields[#fields + 2] = 'indexed', string.format('%.0f', indexed)
  if not same then fields[#fields + 1], fields[#fields + 2] = 'subject', subject end
end
local grows = not kept[1] or #payload > #kept[1] or (subject and not same)
if not grows then redis.call('HDEL', KEYS[1], 'expires') end
redis.call('HSET', KEYS[1], unpack(fields))
if not subject and kept[2] then redis.call('HDEL', KEYS[1], 'subject', 'indexed') end
redis.call('EXPIREAT', KEYS[1], ARGV[6] + 1)
if kept[2] and not same then return { kept[2], kept[3] } end
return 'done'`;

/**
 * Session key; argument, if any: the subject that it must still have. Answers with subject and
 * entry of what was removed, "refused" if the session has another subject or none, and "done"
 * otherwise.
 */
export const REMOVE = `
local kept = redis.call('HMGET', KEYS[1], 'payload', 'subject', 'indexed')
if kept[1] and ARGV[1] and kept[2] ~= ARGV[1] then return 'refused' end
redis.call('DEL', KEYS[1])
if kept[2] then return { kept[2], kept[3] } end
return 'done'`;

/** Session key; the fields that a list of sessions shows. */
export const READ = `return redis.call('HMGET', KEYS[1], 'payload', 'subject', 'expires')`;

/**
 * Subject key; arguments: session id, expiry. Answers until when the entry holds: always later than
 * it held before.
 */
export const INDEX = `
local now, expires = tonumber(redis.call('TIME')[1]), tonumber(ARGV[2])
local indexed = math.max(expires + expires - now, expires)
local before = redis.call('ZSCORE', KEYS[1], ARGV[1])
if before then indexed = math.max(indexed, tonumber(before) + 1) end
local score = string.format('%.0f', indexed)
if not before then redis.call('ZADD', KEYS[1], score, ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. now)
if before then redis.call('ZADD', KEYS[1], score, ARGV[1]) end
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
if last then redis.call('EXPIREAT', KEYS[1], last + 1) end
return score`;

/**
 * Subject key; arguments: pairs of session id and score. An entry that was prolonged meanwhile has
 * another score, and stays.
 */
export const FORGET = `
for at = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[at])
  if score and tonumber(score) == tonumber(ARGV[at + 1]) then redis.call('ZREM', KEYS[1], ARGV[at]) end
end
return 'done'`;

/** Subject key; id and score of each entry that holds, one after the other. */
export const ENTRIES = `return redis.call('ZRANGEBYSCORE', KEYS[1], redis.call('TIME')[1], '+inf', 'WITHSCORES')`;
