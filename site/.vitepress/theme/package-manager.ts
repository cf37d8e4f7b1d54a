import { onMounted, watch } from "vue";
import { useRoute } from "vitepress";

const NAMES = ["npm", "pnpm", "yarn", "bun"];
const ENTRY = "latchkey-package-manager";

/** Shows the reader's package manager in all tabs once one was chosen, on all pages. */
export function rememberPackageManager(): void {
  const route = useRoute();
  onMounted(() => {
    document.addEventListener("click", ({ target, isTrusted }) => {
      const name = target instanceof HTMLLabelElement ? target.textContent?.trim() : undefined;
      if (!isTrusted || name === undefined || !NAMES.includes(name)) return;
      localStorage.setItem(ENTRY, name);
      choose(name);
    });
    watch(
      () => route.path,
      () => requestAnimationFrame(() => choose(localStorage.getItem(ENTRY))),
      { immediate: true },
    );
  });
}

function choose(name: string | null): void {
  if (name === null) return;
  for (const label of document.querySelectorAll<HTMLLabelElement>(".vp-code-group .tabs label"))
    if (label.textContent?.trim() === name) {
      const input = document.getElementById(label.htmlFor) as HTMLInputElement | null;
      if (input?.checked === false) label.click();
    }
}
