package io.millrace.workers;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/** One of the things by which a provider knows us. */
public sealed interface Credential {

  /** A provider that asks for nothing. */
  static Credential none() {
    return new Fixed((call, now) -> call);
  }

  /** {@code Authorization: Bearer KEY} for each key; one that adds nothing when there is none. */
  static List<Credential> bearers(List<String> keys) {
    return each(keys, CallSigner::bearer);
  }

  /** One for each key; one that adds nothing when there is none. */
  static List<Credential> each(List<String> keys, Function<String, CallSigner> signer) {
    return keys.isEmpty()
        ? List.of(none())
        : keys.stream().<Credential>map(key -> new Fixed(signer.apply(key))).toList();
  }

  /** Known from the configuration. */
  record Fixed(CallSigner signer) implements Credential {}

  /** Lent for a while in exchange for a longer-lived one, as OAuth access tokens are. */
  record Lent(Lender lender) implements Credential {}

  /** Where a lent credential comes from. */
  interface Lender {

    /**
     * Asks for one. Called off the event loops, so it may block; called again before what it gave
     * expires.
     *
     * @throws IOException when there is none to be had, with a message that holds no secret
     */
    Loan borrow(Instant now) throws IOException;
  }

  record Loan(CallSigner signer, Instant expiresAt) {}
}
