import { describe, expect, test } from "vitest";
import { redisLabel } from "../../../src/toolbar/sources/redis-label.ts";

describe("the line of a Redis command", () => {
  test.each([
    ["GET", ["cart:7"], "GET cart:7"],
    ["MGET", ["a", "b"], "MGET a b"],
    ["HGET", ["user:7", "name"], "HGET user:7 name"],
    ["SET", ["cart:7", "hunter2", "EX", "60"], "SET cart:7 ? ? ?"],
    ["GETSET", ["cart:7", "hunter2"], "GETSET cart:7 ?"],
    ["PSETEX", ["cart:7", "100", "hunter2"], "PSETEX cart:7 ? ?"],
    ["SISMEMBER", ["users", "hunter2"], "SISMEMBER users ?"],
    ["LREM", ["list", "0", "hunter2"], "LREM list ? ?"],
    ["AUTH", ["default", "hunter2"], "AUTH ? ?"],
    ["HELLO", ["3", "AUTH", "default", "hunter2"], "HELLO ? ? ? ?"],
    ["CONFIG", ["SET", "requirepass", "hunter2"], "CONFIG SET ? ?"],
    ["ACL", ["SETUSER", "ann", ">hunter2"], "ACL SETUSER ? ?"],
    ["EVAL", ["return 'hunter2'", "1", "key"], "EVAL ? ? ?"],
    ["ECHO", ["hunter2"], "ECHO ?"],
    ["UNHEARD.OF", ["key", "hunter2"], "UNHEARD.OF key ?"],
    ["PING", [], "PING"],
    ["DEL", Array.from({ length: 200_000 }, (_, n) => n), "DEL 0 1 2 3 4 5 6 7 … 199992 more"],
  ])("%s", (command, args, line) => {
    expect(redisLabel(command, args)).toBe(line);
    expect(line).not.toContain("hunter2");
  });
});
