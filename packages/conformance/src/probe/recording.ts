import type { Answer } from "../wire/answer.ts";
import { WireError } from "../wire/wire-error.ts";
import { octetsOf } from "./answers.ts";
import type { Octets } from "./finding.ts";
import type { Session } from "./session.ts";

/** A wrapper of a session that keeps the octets of every exchange in `octets`. */
export function recording(session: Session): { session: Session; octets: Octets[] } {
  const octets: Octets[] = [];
  async function kept(answer: Promise<Answer>): Promise<Answer> {
    try {
      const whole = await answer;
      octets.push(octetsOf(whole));
      return whole;
    } catch (error) {
      if (error instanceof WireError) octets.push({ sent: error.sent ?? "", received: "" });
      throw error;
    }
  }
  return {
    octets,
    session: {
      get asked() {
        return session.asked;
      },
      get mayHaveWritten() {
        return session.mayHaveWritten;
      },
      url: session.url,
      close: session.close,
      ask: (inquiry) => kept(session.ask(inquiry)),
      async hold(inquiry) {
        const held = await session.hold(inquiry);
        return { ...held, release: () => kept(held.release()) };
      },
    },
  };
}
