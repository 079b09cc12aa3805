package io.millrace.dispatcher;

import static io.millrace.dispatcher.Fixtures.NOW;
import static io.millrace.dispatcher.Fixtures.aReply;
import static io.millrace.dispatcher.Fixtures.aRequest;
import static io.millrace.dispatcher.Fixtures.accountWithBudget;
import static io.millrace.dispatcher.Fixtures.started;
import static io.millrace.dispatcher.Fixtures.usage;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.AttemptRefused;
import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.CancelAttempt;
import io.millrace.schemas.CancelBatch;
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.Lane;
import io.millrace.schemas.LedgerEntry;
import io.millrace.schemas.LedgerKind;
import io.millrace.schemas.Need;
import io.millrace.schemas.OnDoubt;
import io.millrace.schemas.RefusalReason;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.WorkerHeartbeat;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A world around one dispatcher, driven by a seed: clients that submit, repeat and cancel, workers
 * that take, call, die and come back, a log that keeps order, a dispatcher that crashes between
 * commits and is handed everything again that it had not committed. After each step the promises
 * are checked; at the end everything must have come to rest.
 */
final class DispatcherSimulation {

  private static final BigDecimal LIMIT_USD = new BigDecimal("0.004");
  private static final List<String> ACCOUNTS = List.of("acme", "globex", "initech");

  private static final Instant BATCHES_EXPIRE_AT = NOW.plusSeconds(90);

  private static final List<Lane> LANES = List.of(Lane.values());

  /** Alpha calls no tools, beta sees no images: both together can go nowhere. */
  private static final List<List<Need>> NEEDS =
      List.of(
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(Need.TOOLS),
          List.of(Need.VISION),
          List.of(Need.TOOLS, Need.VISION));

  /** Fits both, only beta, neither. */
  private static final List<Integer> CONTEXT_TOKENS = List.of(0, 10, 20, 30, 40, 900, 2_000, 9_000);

  private final Random random;
  private final Policies policies =
      Fixtures.policies(accountWithBudget("acme", LIMIT_USD.toPlainString()));

  // What is durable.
  private final List<DispatcherEvent> log = new ArrayList<>();
  private final Deque<AttemptRequested> attemptsTopic = new ArrayDeque<>();
  private final Map<String, RequestResult> results = new HashMap<>();
  private final List<LedgerEntry> ledger = new ArrayList<>();
  private MemoryState committedState = new MemoryState();
  private int committedOffset;

  // The dispatcher's present life.
  private MemoryState state = new MemoryState();
  private Dispatcher dispatcher = new Dispatcher(policies, state);
  private int offset;
  private final List<Decision> uncommitted = new ArrayList<>();

  // The outside world.
  private Instant now = NOW;
  private final Set<String> submitted = new HashSet<>();
  private final Map<String, RequestSubmitted> submissions = new HashMap<>();
  private final Map<String, AttemptRequested> running = new HashMap<>();
  private final Map<String, AttemptReplied> replies = new HashMap<>();
  private final Map<String, Integer> calls = new HashMap<>();
  private final Set<String> lostCalls = new HashSet<>();
  private final Set<String> answeredOnLog = new HashSet<>();
  private int lives = 1;

  DispatcherSimulation(long seed) {
    this.random = new Random(seed);
    dispatcher.recover(now);
  }

  void run(int requests, int steps) {
    for (int i = 0; i < steps; i++) {
      step(requests);
    }
    settleDown(requests);
    checkTheEnd();
  }

  private void step(int requests) {
    int dice = random.nextInt(100);
    if (dice < 18) {
      submit(requests);
    } else if (dice < 20) {
      cancel();
    } else if (dice < 50) {
      consume();
    } else if (dice < 56) {
      tick();
    } else if (dice < 66) {
      commit();
    } else if (dice < 68) {
      crashDispatcher();
    } else if (dice < 82) {
      takeAttempt();
    } else if (dice < 95) {
      reply();
    } else if (dice < 96) {
      crashWorker();
    } else {
      now = now.plusMillis(random.nextInt(3_000));
      heartbeat();
    }
    checkAlways();
  }

  private void settleDown(int requests) {
    while (submitted.size() < requests) {
      submit(requests);
    }
    for (int round = 0; round < 20_000 && !isAtRest(); round++) {
      consume();
      tick();
      commit();
      while (!attemptsTopic.isEmpty()) {
        takeAttempt();
      }
      while (!running.isEmpty()) {
        reply();
      }
      now = now.plusMillis(500);
      heartbeat();
    }
  }

  private boolean isAtRest() {
    // A call whose worker died may outlive its request, until the death is found out.
    return offset == log.size()
        && results.size() == submitted.size()
        && running.isEmpty()
        && state.cancelledBatches.values().stream().allMatch(CancelledBatch::isSwept)
        && state.attempts.values().stream().allMatch(OutstandingAttempt::isInDoubt);
  }

  private void submit(int requests) {
    boolean isRepeat = !submitted.isEmpty() && random.nextInt(8) == 0;
    int number = isRepeat ? random.nextInt(submitted.size()) : submitted.size();
    if (number >= requests) {
      return;
    }
    var id = "req_" + number;
    submitted.add(id);
    // The same number always makes the same request, so that a repeat is one.
    var draw = new Random(number);
    var request =
        aRequest(id)
            .setAccount(ACCOUNTS.get(draw.nextInt(ACCOUNTS.size())))
            .setLane(LANES.get(draw.nextInt(LANES.size())))
            .setOnDoubt(draw.nextInt(10) == 0 ? OnDoubt.FAIL : OnDoubt.REPEAT)
            .setIdempotencyKey("k" + number)
            .setSubmittedAt(NOW);
    if (draw.nextInt(10) == 0) {
      request.setDeadline(NOW.plusSeconds(1 + draw.nextInt(120)));
    }
    if (draw.nextInt(10) == 0) {
      request.setNotBefore(NOW.plusSeconds(draw.nextInt(60)));
    }
    if (draw.nextInt(3) == 0) {
      request.setBatchId("batch_" + request.getAccount()).setDeadline(BATCHES_EXPIRE_AT);
    }
    request.setNeeds(NEEDS.get(draw.nextInt(NEEDS.size())));
    request.setContextTokensEstimated(CONTEXT_TOKENS.get(draw.nextInt(CONTEXT_TOKENS.size())));
    var made = request.build();
    submissions.put(id, made);
    log.add(new DispatcherEvent.Submitted(made));
  }

  private void cancel() {
    if (submitted.isEmpty()) {
      return;
    }
    if (random.nextInt(8) == 0) {
      var account = ACCOUNTS.get(random.nextInt(ACCOUNTS.size()));
      log.add(
          new DispatcherEvent.BatchCancelAsked(
              new CancelBatch("batch_" + account, account, now, BATCHES_EXPIRE_AT, "client")));
      return;
    }
    int number = random.nextInt(submitted.size());
    var account = ACCOUNTS.get(new Random(number).nextInt(ACCOUNTS.size()));
    log.add(
        new DispatcherEvent.CancelAsked(
            new CancelRequest("req_" + number, account, now, "client")));
  }

  private void consume() {
    for (int i = random.nextInt(6); i >= 0 && offset < log.size(); i--) {
      decide(log.get(offset++));
    }
  }

  private void tick() {
    decide(new DispatcherEvent.Tick());
  }

  private void decide(DispatcherEvent event) {
    var cancelled = Set.copyOf(state.cancelledBatches.keySet());
    var decisions = dispatcher.on(event, now);
    for (var decision : decisions) {
      if (decision instanceof Decision.WriteAttempt d) {
        var batch = requireNonNull(submissions.get(d.attempt().getRequestId())).getBatchId();
        assertThat(batch.filter(cancelled::contains))
            .as("attempt %s of a cancelled batch", d.attempt().getAttemptId())
            .isEmpty();
      }
    }
    uncommitted.addAll(decisions);
  }

  private void heartbeat() {
    var heartbeat =
        new WorkerHeartbeat("w", "life-" + lives, List.of("alpha", "beta"), 0, now, false);
    decide(new DispatcherEvent.Heartbeat(heartbeat));
  }

  private void commit() {
    committedState = state.copy();
    committedOffset = offset;
    for (var decision : uncommitted) {
      publish(decision);
    }
    uncommitted.clear();
  }

  private void publish(Decision decision) {
    switch (decision) {
      case Decision.WriteAttempt d -> {
        assertThat(answeredOnLog)
            .as("a call whose answer was recorded and read is not made again")
            .doesNotContain(d.attempt().getRequestId());
        assertThat(canServe(d.attempt()))
            .as("attempt %s at a target that can serve it", d.attempt().getAttemptId())
            .isTrue();
        assertThat(d.attempt().getWrittenAt())
            .as("attempt %s before the deadline", d.attempt().getAttemptId())
            .isBefore(d.attempt().getDeadline().orElseThrow());
        attemptsTopic.add(d.attempt());
      }
      case Decision.OrderAbort d -> abort(d.order());
      case Decision.PublishResult d ->
          assertThat(results.put(d.result().getRequestId(), d.result()))
              .as("results of %s", d.result().getRequestId())
              .isNull();
      case Decision.WriteLedger d -> ledger.add(d.entry());
      case Decision.DeclareLost d -> log.add(new DispatcherEvent.Lost(d.worker()));
      case Decision.DeclareOverdue d -> log.add(new DispatcherEvent.Overdue(d.attempt()));
      case Decision.ShowState d -> {}
      case Decision.RequestCallback d -> {}
      case Decision.BuryDeadLetter d -> {}
    }
    if (decision instanceof Decision.PublishResult d
        && d.result().getStatus() == RequestStatus.COMPLETED) {
      answeredOnLog.add(d.result().getRequestId());
    }
  }

  private boolean canServe(AttemptRequested attempt) {
    var request = requireNonNull(submissions.get(attempt.getRequestId()));
    return attempt.getProvider().equals("alpha")
        ? !request.getNeeds().contains(Need.TOOLS) && request.getContextTokensEstimated() < 1_000
        : !request.getNeeds().contains(Need.VISION) && request.getContextTokensEstimated() < 4_000;
  }

  private void abort(CancelAttempt order) {
    var attempt = running.get(order.getAttemptId());
    if (attempt != null && random.nextInt(4) > 0) {
      running.remove(order.getAttemptId());
      record(aReply(attempt, Verdict.CANCELLED, now).setUsage(usage(5, 1)).build());
    }
  }

  private void crashDispatcher() {
    uncommitted.clear();
    offset = committedOffset;
    state = committedState.copy();
    dispatcher = new Dispatcher(policies, state);
    dispatcher.recover(now);
  }

  private void takeAttempt() {
    var attempt = attemptsTopic.poll();
    if (attempt == null) {
      return;
    }
    int dice = random.nextInt(20);
    if (now.isAfter(attempt.getStartBy()) || dice == 0) {
      refuse(attempt, RefusalReason.LATE);
      return;
    }
    log.add(new DispatcherEvent.Started(started(attempt, "life-" + lives, now)));
    if (dice == 1) {
      refuse(attempt, RefusalReason.FENCED);
      attemptsTopic.add(attempt);
      return;
    }
    assertThat(calls.merge(attempt.getAttemptId(), 1, Integer::sum))
        .as("calls of attempt %s", attempt.getAttemptId())
        .isEqualTo(1);
    running.put(attempt.getAttemptId(), attempt);
  }

  private void refuse(AttemptRequested attempt, RefusalReason reason) {
    log.add(
        new DispatcherEvent.Refused(
            new AttemptRefused(
                attempt.getAttemptId(),
                attempt.getRequestId(),
                attempt.getAccount(),
                attempt.getNumber(),
                attempt.getProvider(),
                "w",
                "life-" + lives,
                reason,
                now)));
  }

  private void reply() {
    if (running.isEmpty()) {
      return;
    }
    var attempt = requireNonNull(running.remove(pick(running.keySet())));
    var verdict =
        switch (random.nextInt(12)) {
          case 0 -> Verdict.OVERLOADED;
          case 1 -> Verdict.RATE_LIMITED;
          case 2 -> Verdict.TIMEOUT;
          case 3 -> Verdict.INVALID;
          case 4 -> Verdict.INCOMPLETE;
          case 5 -> random.nextBoolean() ? Verdict.CONTEXT_TOO_LONG : Verdict.COMPLETED;
          default -> Verdict.COMPLETED;
        };
    var reply = aReply(attempt, verdict, now);
    if (verdict == Verdict.COMPLETED || verdict == Verdict.INCOMPLETE) {
      reply.setUsage(usage(random.nextInt(41), random.nextInt(101)));
    }
    var made = reply.build();
    record(made);
    if (random.nextInt(10) == 0) {
      log.add(new DispatcherEvent.Replied(made));
    }
  }

  private void record(AttemptReplied reply) {
    replies.put(reply.getAttemptId(), reply);
    log.add(new DispatcherEvent.Replied(reply));
  }

  /** The worker process dies with its calls; some of their replies had just been published. */
  private void crashWorker() {
    for (var id : List.copyOf(running.keySet())) {
      var attempt = requireNonNull(running.remove(id));
      if (random.nextInt(3) == 0) {
        record(aReply(attempt, Verdict.COMPLETED, now).build());
      } else {
        lostCalls.add(id);
      }
    }
    lives++;
    heartbeat();
  }

  private String pick(Set<String> ids) {
    var sorted = ids.stream().sorted().toList();
    return sorted.get(random.nextInt(sorted.size()));
  }

  private void checkAlways() {
    for (var account : ACCOUNTS) {
      state
          .budgets(account)
          .periods()
          .forEach(
              (period, sums) -> {
                assertThat(sums.heldUsd()).as("held").isNotNegative();
                assertThat(sums.inDoubtUsd()).as("in doubt").isNotNegative();
                assertThat(sums.committedUsd())
                    .as("held, in doubt and spent")
                    .isLessThanOrEqualTo(LIMIT_USD);
              });
    }
  }

  private void checkTheEnd() {
    assertThat(results.keySet()).as("every request has its result").isEqualTo(submitted);
    assertThat(state.openRequests()).as("open requests").isZero();
    assertThat(state.inLine()).as("requests in line").isZero();
    assertThat(settledByLedger()).as("ledger").isEqualByComparingTo(chargesOfReplies());
    assertThat(ledger.stream().map(LedgerEntry::getEntryId)).as("entries").doesNotHaveDuplicates();
    state
        .budgets("acme")
        .periods()
        .values()
        .forEach(sums -> assertThat(sums.heldUsd()).as("held at the end").isZero());
    for (var result : results.values()) {
      if (result.getStatus() == RequestStatus.COMPLETED) {
        assertThat(replies)
            .containsKey(result.getRequestId() + "." + result.getAttempt().orElseThrow());
      }
    }
  }

  private BigDecimal settledByLedger() {
    return ledger.stream()
        .filter(e -> e.getKind() == LedgerKind.SETTLEMENT)
        .map(LedgerEntry::getAmountUsd)
        .reduce(Money.ZERO, BigDecimal::add);
  }

  private BigDecimal chargesOfReplies() {
    var sum = Money.ZERO;
    for (var reply : replies.values()) {
      if (reply.getUsage().isPresent()) {
        var price =
            policies
                .price(reply.getProvider(), reply.getProvider() + "-small", reply.getRepliedAt())
                .orElseThrow();
        sum = sum.add(Cost.of(price, reply.getUsage().get()));
      }
    }
    return sum;
  }
}
