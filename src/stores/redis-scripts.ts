/*
 * The Lua scripts of RedisStore. Redis runs a script atomically. Each script has one key, so that
 * all of them work on a Redis Cluster, where two keys may be on two machines.
 *
 * A session is a hash: `payload`, `expires` (Unix seconds) and, if it has a subject, `subject` and
 * `indexed`. The index of a subject is a sorted set of session ids. The score is the time until
 * which an entry is valid. `indexed` is the score that the session relies on.
 *
 * One rule keeps index and sessions consistent across machines: a session with a subject never
 * lives longer than its entry. The script refuses a write that would break the rule, and asks to
 * prolong the entry first. An entry is valid for twice as long as the session has left, so ordinary
 * writes do not touch the index.
 *
 * Redis removes a key at the beginning of the given second. A session is still alive in the second
 * of its expiry. Hence the + 1.
 *
 * A Redis that has reached `maxmemory` checks only the first write of a script: it refuses HSET and
 * ZADD there, and then nothing has changed. After a first write that frees memory (HDEL, DEL, ZREM)
 * it allows every other write. So a write that grows begins with HSET or ZADD, and a write that
 * does not grow begins with HDEL or ZREMRANGEBYSCORE.
 */

/**
 * Session key. Arguments: "y" or "n" and the payload to be replaced, "y" or "n" and the subject,
 * payload, expiry, the time until which the entry is valid. If the payload is unchanged, only the
 * expiry is written.
 */
export const WRITE = `
local expected = ARGV[1] == 'y' and ARGV[2]
local subject = ARGV[3] == 'y' and ARGV[4]
local payload, expires, indexed = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local stored = redis.call('HMGET', KEYS[1], 'payload', 'subject', 'indexed')
if stored[1] ~= expected then return 'refused' end
local same = subject == stored[2]
if subject then
  if same then indexed = math.max(indexed, tonumber(stored[3])) end
  if indexed < expires then return 'index' end
end
local fields = { 'expires', ARGV[6] }
if payload ~= stored[1] then
  fields[3], fields[4] = 'payload', payload
end
if subject then
  fields[#fields + 1], fields[#fields + 2] = 'indexed', string.format('%.0f', indexed)
  if not same then fields[#fields + 1], fields[#fields + 2] = 'subject', subject end
end
local grows = not stored[1] or #payload > #stored[1] or (subject and not same)
if not grows then redis.call('HDEL', KEYS[1], 'expires') end
redis.call('HSET', KEYS[1], unpack(fields))
if not subject and stored[2] then redis.call('HDEL', KEYS[1], 'subject', 'indexed') end
redis.call('EXPIREAT', KEYS[1], ARGV[6] + 1)
if stored[2] and not same then return { stored[2], stored[3] } end
return 'done'`;

/**
 * Session key. Optional argument: the subject that it must still have. Answers with subject and
 * entry of the removed session, "refused" if the session has another subject or none, and "done"
 * otherwise.
 */
export const REMOVE = `
local stored = redis.call('HMGET', KEYS[1], 'payload', 'subject', 'indexed')
if stored[1] and ARGV[1] and stored[2] ~= ARGV[1] then return 'refused' end
redis.call('DEL', KEYS[1])
if stored[2] then return { stored[2], stored[3] } end
return 'done'`;

/** Session key. Answers with the fields that a list of sessions shows. */
export const READ = `return redis.call('HMGET', KEYS[1], 'payload', 'subject', 'expires')`;

/**
 * Subject key. Arguments: session id, expiry. Answers with the time until which the entry is valid.
 * It is always later than before.
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
 * Subject key. Arguments: pairs of session id and score. An entry that was prolonged meanwhile has
 * another score, and stays.
 */
export const FORGET = `
for at = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[at])
  if score and tonumber(score) == tonumber(ARGV[at + 1]) then redis.call('ZREM', KEYS[1], ARGV[at]) end
end
return 'done'`;

/** Subject key. Answers with id and score of each valid entry, one after the other. */
export const ENTRIES = `return redis.call('ZRANGEBYSCORE', KEYS[1], redis.call('TIME')[1], '+inf', 'WITHSCORES')`;
