package io.millrace.workers.http;

import io.millrace.schemas.Verdict;
import io.millrace.workers.CallSigner;
import io.millrace.workers.Credential;
import io.millrace.workers.KeyRing;
import io.millrace.workers.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A provider's keys at work: which is next, what it signs with, and which are left alone for a
 * while because the provider refused them. Loans are asked for once, whoever waits for them, and
 * renewed before they expire. Safe for concurrent use.
 */
final class Keys {

  /** A key that is over its limit, when the provider does not say for how long. */
  private static final Duration LIMITED_COOLING = Duration.ofSeconds(1);

  /** A key that is refused; only an operator can mend it, but then it should be noticed. */
  private static final Duration REFUSED_COOLING = Duration.ofMinutes(5);

  /** Loans are renewed so long before they expire. */
  private static final Duration RENEWAL_MARGIN = Duration.ofMinutes(5);

  private final Vertx vertx;
  private final Clock clock;
  private final List<Slot> slots = new ArrayList<>();
  private final KeyRing ring;

  Keys(Vertx vertx, List<Credential> credentials, Clock clock) {
    this.vertx = vertx;
    this.clock = clock;
    credentials.forEach(credential -> slots.add(new Slot(credential)));
    this.ring = new KeyRing(slots.size(), System.nanoTime());
  }

  /** Which key, and how it signs. */
  record Lease(int key, CallSigner signer) {}

  int size() {
    return slots.size();
  }

  /** The key whose turn it is. Fails when a loan cannot be had. */
  Future<Lease> next() {
    int key;
    synchronized (this) {
      key = ring.next(System.nanoTime());
    }
    return slots.get(key).signer().map(signer -> new Lease(key, signer));
  }

  /** A key of which nothing was to be had. */
  synchronized void unavailable(int key) {
    ring.cool(key, LIMITED_COOLING.toNanos(), System.nanoTime());
  }

  /**
   * A call with the key ended so. When that speaks against the key it cools down.
   *
   * @return true when the call may be made at once with another key: the provider refused it
   *     because of this one
   */
  synchronized boolean shallTryAnother(int key, Outcome.Failure failure) {
    long now = System.nanoTime();
    var cooling = coolingOf(failure);
    if (cooling.isZero()) {
      return false;
    }
    slots.get(key).forget(failure.verdict());
    ring.cool(key, cooling.toNanos(), now);
    return ring.waitNanos(now) == 0;
  }

  /** How long until some key may be used; zero when one may. */
  synchronized Duration untilWarm() {
    return Duration.ofNanos(ring.waitNanos(System.nanoTime()));
  }

  private static Duration coolingOf(Outcome.Failure failure) {
    var wish = failure.retryAfter();
    return switch (failure.verdict()) {
      case RATE_LIMITED -> wish.isZero() ? LIMITED_COOLING : wish;
      case UNAUTHORISED, OUT_OF_QUOTA -> wish.isZero() ? REFUSED_COOLING : wish;
      case COMPLETED,
          INCOMPLETE,
          INVALID,
          NOT_FOUND,
          CONTEXT_TOO_LONG,
          CONTENT_FILTERED,
          OVERLOADED,
          UPSTREAM_FAILURE,
          TIMEOUT,
          CUT_STREAM,
          CANCELLED ->
          Duration.ZERO;
    };
  }

  /** One key. */
  private final class Slot {
    private final Credential credential;
    private Credential.@Nullable Loan loan;
    private @Nullable Future<Credential.Loan> borrowing;

    Slot(Credential credential) {
      this.credential = credential;
    }

    Future<CallSigner> signer() {
      return switch (credential) {
        case Credential.Fixed fixed -> Future.succeededFuture(fixed.signer());
        case Credential.Lent lent -> borrowed(lent.lender()).map(Credential.Loan::signer);
      };
    }

    private synchronized Future<Credential.Loan> borrowed(Credential.Lender lender) {
      var now = clock.instant();
      var current = loan;
      if (current != null && now.isBefore(current.expiresAt().minus(RENEWAL_MARGIN))) {
        return Future.succeededFuture(current);
      }
      if (borrowing == null) {
        borrowing =
            vertx
                .executeBlocking(() -> lender.borrow(now), false)
                .onComplete(done -> settle(done.result()));
      }
      // While a new one is on its way the old one serves for as long as it is valid.
      return current != null && now.isBefore(current.expiresAt())
          ? Future.succeededFuture(current)
          : borrowing;
    }

    private synchronized void settle(Credential.@Nullable Loan lent) {
      borrowing = null;
      if (lent != null) {
        loan = lent;
      }
    }

    /** A loan that the provider does not accept is worth nothing. */
    synchronized void forget(Verdict verdict) {
      if (verdict == Verdict.UNAUTHORISED) {
        loan = null;
      }
    }
  }
}
