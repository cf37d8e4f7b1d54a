import { afterAll, beforeAll, describe } from "vitest";
import { opensslPath } from "../../support/certificate.ts";
import type { Engine } from "../../support/engines/engine.ts";
import { lateAnswers } from "./late-answers.ts";
import { plantedCookies } from "./planted.ts";
import { releases } from "./releases.ts";
import { Stage } from "./scene.ts";

/**
 * What a real browser holds, and who its visitor is at the next request, where something comes
 * between.
 */
export function cookieEdges(engine: Engine): void {
  describe.skipIf(!engine.isHere || opensslPath === undefined)(
    `cookies in ${engine.name}`,
    { timeout: 300_000 },
    () => {
      let stage: Stage;
      beforeAll(async () => {
        stage = await Stage.open(engine);
      }, 300_000);
      afterAll(async () => await stage.close());

      describe("planted by others", () => {
        plantedCookies(() => stage);
      });
      describe("of an application", () => {
        releases(() => stage);
      });
      describe("around an answer", () => {
        lateAnswers(() => stage);
      });
    },
  );
}
