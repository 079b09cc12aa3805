package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.AttemptStarted;
import io.millrace.schemas.LedgerEntry;
import io.millrace.schemas.LedgerKind;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * What the topics and the provider say of the same work, after the fact.
 *
 * @param results all terminal results
 * @param started attempts whose start is on the log, by attempt
 * @param replied their replies, by attempt: the first of each
 * @param ledger all entries
 * @param calls complete answers that the provider counted, by request
 * @param reported what the monthly spend says
 */
record Audit(
    List<RequestResult> results,
    Map<String, AttemptStarted> started,
    Map<String, AttemptReplied> replied,
    List<LedgerEntry> ledger,
    Map<String, Integer> calls,
    BigDecimal reported,
    Spend price) {

  private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(60);

  /** Reads everything, once spend has caught up with the ledger. */
  static Audit of(Installation installation, Spend price) {
    return Awaitility.await()
        .atMost(SETTLE_TIMEOUT)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> read(installation, price), Audit::isSettled);
  }

  private static Audit read(Installation installation, Spend price) {
    var reader = installation.topics();
    var topics = reader.topics();
    return new Audit(
        reader.all(topics.results().name(), RequestResult.class),
        byId(
            reader.all(topics.replies().name(), AttemptStarted.class),
            AttemptStarted::getAttemptId),
        byId(
            reader.all(topics.replies().name(), AttemptReplied.class),
            AttemptReplied::getAttemptId),
        reader.all(topics.ledger().name(), LedgerEntry.class),
        installation.simulator().callsByRequest(),
        Spend.reported(reader, spend -> true),
        price);
  }

  private static <T> Map<String, T> byId(Collection<T> all, Function<T, String> id) {
    var first = new LinkedHashMap<String, T>();
    all.forEach(one -> first.putIfAbsent(id.apply(one), one));
    return first;
  }

  private boolean isSettled() {
    return reported.compareTo(charged()) == 0 && charged().compareTo(used()) == 0;
  }

  /** Sum of the ledger. */
  BigDecimal charged() {
    return ledger.stream()
        .filter(entry -> entry.getKind() == LedgerKind.SETTLEMENT)
        .map(LedgerEntry::getAmountUsd)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** Sum over attempts of usage times price. */
  BigDecimal used() {
    return replied.values().stream()
        .flatMap(reply -> reply.getUsage().stream())
        .map(this::cost)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private BigDecimal cost(Usage usage) {
    return price.of(usage.getInputTokens(), usage.getOutputTokens());
  }

  /** Attempts that were started and never heard of again. */
  Set<String> doubtful() {
    return started.keySet().stream()
        .filter(attempt -> !replied.containsKey(attempt))
        .collect(Collectors.toSet());
  }

  /** Provider calls beyond the first of a request. */
  int repeats() {
    return calls.values().stream().mapToInt(count -> count - 1).sum();
  }

  /** Fails when a promise was broken. */
  void assertSound(int requests, int inFlightMax) {
    var resultsByRequest =
        results.stream()
            .collect(Collectors.groupingBy(RequestResult::getRequestId, Collectors.counting()));
    assertThat(resultsByRequest).hasSize(requests).allSatisfy((id, n) -> assertThat(n).isOne());
    assertThat(results).extracting(RequestResult::getStatus).containsOnly(RequestStatus.COMPLETED);

    assertThat(settlementsByAttempt()).allSatisfy((attempt, n) -> assertThat(n).isOne());
    assertThat(charged()).isEqualByComparingTo(used());
    assertThat(reported).isEqualByComparingTo(charged());

    var doubted = doubtful();
    var requestsInDoubt =
        started.values().stream()
            .filter(start -> doubted.contains(start.getAttemptId()))
            .map(AttemptStarted::getRequestId)
            .collect(Collectors.toSet());
    assertThat(calls).hasSize(requests);
    assertThat(calls.entrySet())
        .filteredOn(call -> call.getValue() > 1)
        .extracting(Map.Entry::getKey)
        .isSubsetOf(requestsInDoubt);
    assertThat(repeats()).isLessThanOrEqualTo(doubted.size());
    assertThat(doubted).hasSizeLessThanOrEqualTo(inFlightMax);
    assertThat(inDoubt()).containsExactlyInAnyOrderElementsOf(doubted);
  }

  private Map<String, Long> settlementsByAttempt() {
    return ledger.stream()
        .filter(entry -> entry.getKind() == LedgerKind.SETTLEMENT)
        .collect(Collectors.groupingBy(LedgerEntry::getAttemptId, Collectors.counting()));
  }

  /** Attempts that the ledger calls in doubt, and that no late reply settled. */
  private Set<String> inDoubt() {
    return ledger.stream()
        .filter(entry -> entry.getKind() == LedgerKind.IN_DOUBT)
        .map(LedgerEntry::getAttemptId)
        .filter(attempt -> !replied.containsKey(attempt))
        .collect(Collectors.toSet());
  }

  /** For people. */
  String report() {
    return """
        requests with a result     %d
        attempts started           %d
        attempts replied           %d
        attempts in doubt          %d
        provider calls completed   %d
        provider calls repeated    %d
        ledger entries             %d
        charged, USD               %s
        usage times price, USD     %s
        monthly spend, USD         %s
        """
        .formatted(
            results.size(),
            started.size(),
            replied.size(),
            doubtful().size(),
            calls.values().stream().mapToInt(Integer::intValue).sum(),
            repeats(),
            ledger.size(),
            charged().toPlainString(),
            used().toPlainString(),
            reported.toPlainString());
  }
}
