package io.millrace.simulator.engine;

import io.millrace.simulator.script.Behaviour;
import io.millrace.simulator.script.Distribution;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.simulator.script.Extras;
import io.millrace.simulator.script.Faults;
import io.millrace.simulator.script.StreamPace;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One call from its arrival to its end, counted exactly once. Belongs to the event loop that took
 * the call.
 */
public final class Call {
  private static final int STATUS_TOO_MANY = 429;
  private static final double NANOS_PER_MS = 1e6;

  private final Engine.Rules rules;
  private final Counters counters;
  private final AtomicInteger inFlight;
  private final String requestId;
  private String model = "";
  private Verdict.Usage usage = Verdict.Usage.NONE;
  private Runnable release = () -> {};
  private boolean isOver;

  Call(Engine.Rules rules, Counters counters, AtomicInteger inFlight, String requestId) {
    this.rules = rules;
    this.counters = counters;
    this.inFlight = inFlight;
    this.requestId = requestId;
  }

  /** Says what is to happen. Asked once. */
  public Verdict decide(CallFacts facts, long nowNanos) {
    if (rules.isUnknown(facts.model())) {
      return new Verdict.UnknownModel();
    }
    model = facts.model();
    Engine.ModelRules own = rules.model(model);
    return switch (own.limiter().acquire(facts.inputTokens(), nowNanos)) {
      case RateLimiter.Refused refused ->
          new Verdict.RateLimited(refused.kind(), refused.waitMs(), refused.state());
      case RateLimiter.Admitted admitted -> {
        release = own.limiter()::release;
        yield decideAdmitted(facts, own, nowNanos);
      }
    };
  }

  private Verdict decideAdmitted(CallFacts facts, Engine.ModelRules own, long nowNanos) {
    Behaviour behaviour = own.behaviour();
    // Without chance in the script there is nothing to remember.
    int timesSeen = behaviour.isVaried() ? rules.seen().next(facts.bodyHash()) : 0;
    Draws draws = Draws.of(rules.script().seed(), facts.bodyHash(), timesSeen);
    Faults faults = behaviour.faults();
    long latencyMs = latencyMs(behaviour, draws);

    Optional<ErrorRule> error = error(faults, draws, timesSeen);
    if (error.isPresent()) {
      LimitState limits = own.limiter().charge(0, nowNanos);
      return new Verdict.Failure(error.get(), latencyMs, limits);
    }
    if (happens(faults.hangProbability(), draws, Draws.Topic.HANG)) {
      counters.hung.increment();
      return new Verdict.Hang();
    }
    boolean isCut = happens(faults.cut().probability(), draws, Draws.Topic.CUT);
    int cutAfterChunks = isCut ? faults.cut().afterChunks() : Verdict.Timing.UNCUT;
    return answer(
        facts, own, draws, timing(facts, behaviour.pace(), latencyMs, cutAfterChunks), nowNanos);
  }

  private Verdict.Answer answer(
      CallFacts facts, Engine.ModelRules own, Draws draws, Verdict.Timing timing, long nowNanos) {
    Composed composed = Composed.of(facts, own.behaviour(), draws);
    usage = usage(facts, own.behaviour().extras(), composed);
    LimitState limits = own.limiter().charge(usage.outputTokens(), nowNanos);
    return new Verdict.Answer(
        composed.text(),
        composed.reasoning(),
        composed.toolUses(),
        composed.ending(),
        composed.stopSequence(),
        usage,
        timing,
        limits);
  }

  private static Verdict.Usage usage(CallFacts facts, Extras extras, Composed composed) {
    int input = facts.inputTokens();
    int cached = Math.min(extras.cachedInputTokens(), input);
    return new Verdict.Usage(
        input,
        cached,
        Math.min(extras.cacheWriteTokens(), input - cached),
        composed.outputTokens() * facts.answers(),
        composed.reasoningTokens() * facts.answers());
  }

  private static Verdict.Timing timing(
      CallFacts facts, StreamPace pace, long latencyMs, int cutAfterChunks) {
    boolean isPaced = facts.isStreamed() && pace.firstTokenMs() != StreamPace.AS_LATENCY;
    return new Verdict.Timing(
        isPaced ? pace.firstTokenMs() : latencyMs,
        Math.round(pace.interChunkMs() * NANOS_PER_MS),
        pace.chunkTokens(),
        cutAfterChunks);
  }

  private static long latencyMs(Behaviour behaviour, Draws draws) {
    Distribution latency = behaviour.latencyMs();
    double sampled = draws.sample(latency, Draws.Topic.LATENCY);
    return Math.clamp(Math.round(sampled), 0, Behaviour.LATENCY_MS_MAX);
  }

  /** One draw for all rules, so that each gets exactly its share of the calls. */
  private static Optional<ErrorRule> error(Faults faults, Draws draws, int timesSeen) {
    if (faults.errors().isEmpty()) {
      return Optional.empty();
    }
    double drawn = draws.uniform(Draws.Topic.ERROR);
    double shareEnd = 0;
    for (ErrorRule rule : faults.errors()) {
      if (rule.firstCalls() == 0 || timesSeen < rule.firstCalls()) {
        shareEnd += rule.probability();
        if (drawn < shareEnd) {
          return Optional.of(rule);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean happens(double probability, Draws draws, Draws.Topic topic) {
    return probability > 0 && draws.uniform(topic) < probability;
  }

  /**
   * The answer is on its way; counted before it is written, so that its reader finds it counted.
   */
  public void completed() {
    if (end()) {
      counters.addCalls(1, model, requestId, usage);
    }
  }

  /** The answer said to be completed did not reach the connection after all. */
  public void completionLost() {
    counters.addCalls(-1, model, requestId, usage);
    counters.disconnected.increment();
  }

  /** Answered with an error. */
  public void refused(int status) {
    if (end()) {
      (status == STATUS_TOO_MANY ? counters.rateLimited : counters.failed).increment();
    }
  }

  /** Connection closed on purpose. */
  public void cut() {
    if (end()) {
      counters.cut.increment();
    }
  }

  /** The client went away first. */
  public void disconnected() {
    if (end()) {
      counters.disconnected.increment();
    }
  }

  public boolean isOver() {
    return isOver;
  }

  private boolean end() {
    if (isOver) {
      return false;
    }
    isOver = true;
    release.run();
    inFlight.decrementAndGet();
    return true;
  }
}
