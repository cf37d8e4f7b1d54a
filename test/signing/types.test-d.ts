import {
  TimestampSigner,
  Tuple,
  URLSafeSerializer,
  URLSafeTimedSerializer,
  type StandardSchema,
} from "latchkey/signing";
import { expectTypeOf, test } from "vitest";

declare const schema: StandardSchema<{ id: number }>;

test("a schema types what is dumped and loaded", () => {
  const serializer = new URLSafeTimedSerializer("key", { schema });
  expectTypeOf(serializer.loads("")).toEqualTypeOf<{ id: number }>();
  expectTypeOf(serializer.loads("", { maxAge: 5, returnTimestamp: true })).toEqualTypeOf<{
    readonly value: { id: number };
    readonly timestamp: number;
  }>();
  serializer.dumps({ id: 5 });
  // @ts-expect-error -- not what the schema says
  serializer.dumps({ id: "5" });
});

test("without a schema a loaded value is unknown, or what the caller says", () => {
  expectTypeOf(new URLSafeSerializer("key").loads("")).toEqualTypeOf<unknown>();
  expectTypeOf(new URLSafeSerializer<string[]>("key").loads("")).toEqualTypeOf<string[]>();
});

test("an unsafe value has a type only once it is known to be valid", () => {
  const result = new URLSafeSerializer<string>("key").loadsUnsafe("");
  if (result.valid) expectTypeOf(result.value).toEqualTypeOf<string>();
  else expectTypeOf(result.value).toEqualTypeOf<unknown>();
});

test("unsign gives a text, or with returnTimestamp text and time", () => {
  const signer = new TimestampSigner("key");
  expectTypeOf(signer.unsign("", { maxAge: 5 })).toEqualTypeOf<string>();
  expectTypeOf(signer.unsign("", { returnTimestamp: true }).timestamp).toEqualTypeOf<number>();
});

test("a tuple knows the types of its items", () => {
  expectTypeOf(new Tuple("message", 5)).toEqualTypeOf<Tuple<[string, number]>>();
  expectTypeOf(new Tuple("message", 5)[0]).toEqualTypeOf<string | number | undefined>();
});

test("wrong options are refused", () => {
  // @ts-expect-error -- no such digest
  new TimestampSigner("key", { digest: "md5" });
  // @ts-expect-error -- an untimed serializer has no age
  new URLSafeSerializer("key").loads("", { maxAge: 5 });
});
