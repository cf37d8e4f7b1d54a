/** What a bank says of a card. */
interface BankAnswer {
  readonly accounts: Readonly<Record<string, { readonly balance: number }>>;
}

const answer: BankAnswer = { accounts: { main: { balance: 120 } } };

/** Takes an amount from an account. */
export async function charge(account: string, amount: number): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  const { balance } = answer.accounts[account]!;
  return balance - amount;
}
