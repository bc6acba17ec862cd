import { Api } from "../../service/testing/api.ts";

/** A user of the API who follows runs live. */
export class Client extends Api {
  /** Follows the run's live stream to its end, as the page does; rejects unless it succeeded. */
  async finished(run: number): Promise<void> {
    const answer = await fetch(`${this.url}/runs/${run}/events`);
    const text = await answer.text();
    if (!text.includes("event: end")) throw new Error(`run ${run}: the stream broke off`);
    if (!text.includes('"state":"succeeded"'))
      throw new Error(`run ${run} did not succeed: ${text.slice(-500)}`);
  }
}
