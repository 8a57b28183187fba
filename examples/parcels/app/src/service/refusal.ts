/** The process must not start, and an operator can change that: the message says why and what to do. */
export class Refusal extends Error {
  override name = 'Refusal'
}
