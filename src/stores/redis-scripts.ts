/*
 * The Lua scripts of RedisStore. Redis runs a script as one step, and each of these has one key, so that all of them work on a
 * Redis Cluster, where two keys may lie on two machines.
 *
 * A session is a hash: `payload`, `expires` (Unix seconds) and, if it belongs to somebody, `subject` and `indexed`. The subject's
 * index is a sorted set of session ids. Its scores say until when an entry holds, and `indexed` is the score the session counts on.
 *
 * One rule keeps index and sessions together across machines: a session with a subject never lives longer than its entry. A write
 * that would break the rule is not done; the script asks for the entry to be prolonged first. An entry is made to hold for twice as
 * long as the session has left, so ordinary writes need no word with the index.
 *
 * Redis removes a key when the second begins that it is given; a session is still alive in the second of its expiry. Hence the + 1.
 */

/** Session key; arguments: "y" or "n" and the payload to be replaced, "y" or "n" and the subject, payload, expiry, how long the entry holds. */
export const WRITE = `
local expected = ARGV[1] == 'y' and ARGV[2]
local subject = ARGV[3] == 'y' and ARGV[4]
local expires, indexed = tonumber(ARGV[6]), tonumber(ARGV[7])
local kept = redis.call('HMGET', KEYS[1], 'payload', 'subject', 'indexed')
if kept[1] ~= expected then return 'refused' end
if subject then
  if subject == kept[2] then indexed = math.max(indexed, tonumber(kept[3])) end
  if indexed < expires then return 'index' end
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'payload', ARGV[5], 'expires', ARGV[6])
if subject then redis.call('HSET', KEYS[1], 'subject', subject, 'indexed', string.format('%.0f', indexed)) end
redis.call('EXPIREAT', KEYS[1], ARGV[6] + 1)
if kept[2] and kept[2] ~= subject then return { kept[2], kept[3] } end
return 'done'`;

/** Session key; arguments: expiry, the subject whose entry was prolonged, how long it holds. Answers with the subject to prolong, if need be. */
export const TOUCH = `
local kept = redis.call('HMGET', KEYS[1], 'payload', 'subject', 'indexed')
if not kept[1] then return 'done' end
if kept[2] then
  local indexed = tonumber(kept[3])
  if kept[2] == ARGV[2] then indexed = math.max(indexed, tonumber(ARGV[3])) end
  if indexed < tonumber(ARGV[1]) then return { kept[2] } end
  redis.call('HSET', KEYS[1], 'indexed', string.format('%.0f', indexed))
end
redis.call('HSET', KEYS[1], 'expires', ARGV[1])
redis.call('EXPIREAT', KEYS[1], ARGV[1] + 1)
return 'done'`;

/** Session key; argument, if any: the subject that it must still belong to. Answers with subject and entry of what was removed. */
export const REMOVE = `
local kept = redis.call('HMGET', KEYS[1], 'subject', 'indexed')
if ARGV[1] and kept[1] ~= ARGV[1] then return 'refused' end
redis.call('DEL', KEYS[1])
if kept[1] then return kept end
return 'done'`;

/** Session key; the fields that a list of sessions shows. */
export const READ = `return redis.call('HMGET', KEYS[1], 'payload', 'subject', 'expires')`;

/** Subject key; arguments: session id, expiry. Answers until when the entry holds: always later than it held before. */
export const INDEX = `
local now, expires = tonumber(redis.call('TIME')[1]), tonumber(ARGV[2])
local indexed = math.max(expires + expires - now, expires)
local before = redis.call('ZSCORE', KEYS[1], ARGV[1])
if before then indexed = math.max(indexed, tonumber(before) + 1) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. now)
redis.call('ZADD', KEYS[1], string.format('%.0f', indexed), ARGV[1])
redis.call('EXPIREAT', KEYS[1], redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] + 1)
return string.format('%.0f', indexed)`;

/** Subject key; arguments: pairs of session id and score. An entry that was prolonged in the meantime has another score, and stays. */
export const FORGET = `
for at = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[at])
  if score and tonumber(score) == tonumber(ARGV[at + 1]) then redis.call('ZREM', KEYS[1], ARGV[at]) end
end
return 'done'`;

/** Subject key; the session ids whose entries hold. */
export const MEMBERS = `return redis.call('ZRANGEBYSCORE', KEYS[1], redis.call('TIME')[1], '+inf')`;
