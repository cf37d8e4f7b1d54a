/** What the bank answers to a charge. */
interface BankAnswer {
  readonly approval?: { readonly reference: string };
}

/** Charges a card, and returns the bank's reference. */
export async function charge(cents: number): Promise<string> {
  const answer = await askBank(cents);
  // The bank leaves the approval out if it declines.
  return answer.approval!.reference;
}

async function askBank(cents: number): Promise<BankAnswer> {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return cents > 2_000 ? {} : { approval: { reference: `C-${cents}` } };
}
