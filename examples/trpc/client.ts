import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import type { Router } from "./router.ts";

export const client = createTRPCClient<Router>({
  links: [
    splitLink({
      condition: ({ type }) => type === "subscription",
      true: httpSubscriptionLink({ url: "/trpc" }),
      // Not httpBatchStreamLink: see below.
      false: httpBatchLink({ url: "/trpc" }),
    }),
  ],
});
