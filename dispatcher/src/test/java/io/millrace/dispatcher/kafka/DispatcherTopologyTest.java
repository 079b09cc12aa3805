package io.millrace.dispatcher.kafka;

import static io.millrace.dispatcher.Fixtures.NOW;
import static io.millrace.dispatcher.Fixtures.aReply;
import static io.millrace.dispatcher.Fixtures.aRequest;
import static io.millrace.dispatcher.Fixtures.accountWithBudget;
import static io.millrace.dispatcher.Fixtures.policies;
import static io.millrace.dispatcher.Fixtures.started;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.schemas.CancelBatch;
import io.millrace.schemas.InMemorySchemaIds;
import io.millrace.schemas.Lane;
import io.millrace.schemas.LedgerEntry;
import io.millrace.schemas.LedgerKind;
import io.millrace.schemas.OnDoubt;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Topic;
import io.millrace.schemas.Topics;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.WorkerHeartbeat;
import io.millrace.schemas.config.TopicsConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DispatcherTopologyTest {

  private static final Duration TICK = Duration.ofMillis(600);

  private final Topics topics = new Topics(TopicsConfig.defaults(), new InMemorySchemaIds());

  @TempDir Path directory;

  private TopologyTestDriver driver;
  private TestInputTopic<String, SpecificRecord> requests;
  private TestInputTopic<String, SpecificRecord> replies;

  @BeforeEach
  void start() {
    var properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "dispatcher-test");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    var topology =
        DispatcherTopology.build(
            topics, () -> policies(accountWithBudget("acme", "1.00")), new SimpleMeterRegistry());
    driver = new TopologyTestDriver(topology, properties, NOW);
    requests = input(topics.requests());
    replies = input(topics.replies());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void shouldTakeARequestToItsResultAndItsCharge() {
    // Given
    requests.pipeInput("acme", aRequest("req_1").build());
    var attempt = only(read(topics.attempts("alpha", Lane.STANDARD)));
    replies.pipeInput("acme", started(attempt, "life-1", NOW));
    // When
    replies.pipeInput("acme", aReply(attempt, Verdict.COMPLETED, NOW).build());
    // Then
    var result = (RequestResult) only(read(topics.results()));
    assertThat(result.getStatus()).isEqualTo(RequestStatus.COMPLETED);
    assertThat(result.getCostUsd()).isEqualByComparingTo("0.000047902");
    assertThat(read(topics.ledger()))
        .extracting(LedgerEntry::getKind)
        .containsExactly(LedgerKind.HOLD, LedgerKind.SETTLEMENT);
  }

  @Test
  void shouldNameTheRequestInAHeaderOfItsResult() {
    // Given
    requests.pipeInput("acme", aRequest("req_1").setModel("unknown").build());
    // When
    var result =
        driver
            .createOutputTopic(
                topics.results().name(), new StringDeserializer(), topics.results().serde())
            .readRecord();
    // Then
    var header = result.headers().lastHeader(Topic.REQUEST_ID_HEADER);
    assertThat(new String(header.value(), StandardCharsets.UTF_8)).isEqualTo("req_1");
  }

  @Test
  void shouldRepeatACallWhoseWorkerCameBackWithAnotherLife() {
    // Given
    heartbeat("life-1", NOW);
    requests.pipeInput("acme", aRequest("req_1").build());
    var attempt = only(read(topics.attempts("alpha", Lane.STANDARD)));
    replies.pipeInput("acme", started(attempt, "life-1", NOW));
    driver.advanceWallClockTime(TICK);
    // When
    heartbeat("life-2", NOW.plusSeconds(1));
    for (int i = 0; i < 10; i++) {
      driver.advanceWallClockTime(TICK);
    }
    // Then
    var repeated = only(read(topics.attempts("alpha", Lane.STANDARD)));
    assertThat(repeated.getNumber()).isEqualTo(2);
    assertThat(read(topics.ledger()))
        .extracting(LedgerEntry::getKind)
        .containsExactly(LedgerKind.HOLD, LedgerKind.IN_DOUBT, LedgerKind.HOLD);
  }

  @Test
  void shouldFailACallInDoubtWhenTheRequestAsksForThat() {
    // Given
    requests.pipeInput("acme", aRequest("req_1").setOnDoubt(OnDoubt.FAIL).build());
    var attempt = only(read(topics.attempts("alpha", Lane.STANDARD)));
    replies.pipeInput("acme", started(attempt, "life-1", NOW));
    // When
    for (int i = 0; i < 20; i++) {
      driver.advanceWallClockTime(TICK);
    }
    // Then
    var result =
        read(topics.results()).stream()
            .filter(RequestResult.class::isInstance)
            .map(RequestResult.class::cast)
            .toList();
    assertThat(only(result).getErrorCode()).contains("attempt_in_doubt");
  }

  @Test
  void shouldWriteAnAttemptAgainWhenNoWorkerStartedIt() {
    // Given
    requests.pipeInput("acme", aRequest("req_1").build());
    read(topics.attempts("alpha", Lane.STANDARD));
    // When
    driver.advanceWallClockTime(Duration.ofSeconds(13));
    // Then
    var again = only(read(topics.attempts("alpha", Lane.STANDARD)));
    assertThat(again.getNumber()).isEqualTo(2);
  }

  @Test
  void shouldSendALateRequestWhenItsTimeHasCome() {
    // Given
    requests.pipeInput("acme", aRequest("req_1").setNotBefore(NOW.plusSeconds(5)).build());
    assertThat(read(topics.attempts("alpha", Lane.STANDARD))).isEmpty();
    // When
    driver.advanceWallClockTime(Duration.ofSeconds(6));
    // Then
    assertThat(read(topics.attempts("alpha", Lane.STANDARD))).hasSize(1);
  }

  @Test
  void shouldExpireWhatWaitsInALineAndWhatSleeps() {
    // Given
    var deadline = NOW.plusSeconds(2);
    for (int i = 0; i < 200; i++) {
      requests.pipeInput("acme", aRequest("req_" + i).setDeadline(deadline).build());
    }
    var sleeping = aRequest("req_200").setDeadline(deadline).setNotBefore(NOW.plusSeconds(9));
    requests.pipeInput("acme", sleeping.build());
    int written = read(topics.attempts("alpha", Lane.STANDARD)).size();
    // When
    driver.advanceWallClockTime(Duration.ofMillis(2_500));
    // Then
    assertThat(written).isBetween(1, 199);
    assertThat(read(topics.results()))
        .hasSize(201 - written)
        .allSatisfy(
            result ->
                assertThat(((RequestResult) result).getStatus()).isEqualTo(RequestStatus.EXPIRED));
  }

  @Test
  void shouldEndTheWaitingLinesOfACancelledBatch() {
    // Given
    var deadline = NOW.plusSeconds(60);
    for (int i = 0; i < 200; i++) {
      requests.pipeInput("acme", aLine("req_" + i, deadline));
    }
    int written = read(topics.attempts("alpha", Lane.STANDARD)).size();
    // When
    requests.pipeInput("acme", new CancelBatch("batch_1", "acme", NOW, deadline, "client"));
    driver.advanceWallClockTime(TICK);
    requests.pipeInput("acme", aLine("req_201", deadline));
    // Then
    assertThat(written).isBetween(1, 199);
    assertThat(read(topics.results()))
        .hasSize(201 - written)
        .allSatisfy(
            result ->
                assertThat(((RequestResult) result).getErrorCode()).contains("batch_cancelled"));
    assertThat(read(topics.attempts("alpha", Lane.STANDARD))).isEmpty();
  }

  private static RequestSubmitted aLine(String id, Instant deadline) {
    return aRequest(id).setBatchId("batch_1").setCustomId(id).setDeadline(deadline).build();
  }

  private void heartbeat(String incarnation, Instant at) {
    driver
        .createInputTopic(topics.workers().name(), new StringSerializer(), topics.workers().serde())
        .pipeInput("w", new WorkerHeartbeat("w", incarnation, List.of("alpha"), 0, at, false));
  }

  private TestInputTopic<String, SpecificRecord> input(Topic<SpecificRecord> topic) {
    return driver.createInputTopic(topic.name(), new StringSerializer(), topic.serde());
  }

  private <V extends SpecificRecord> List<V> read(Topic<V> topic) {
    return driver
        .createOutputTopic(topic.name(), new StringDeserializer(), topic.serde())
        .readValuesToList();
  }

  private static <T> T only(List<T> values) {
    assertThat(values).hasSize(1);
    return values.getFirst();
  }
}
