package io.millrace.workers.kafka;

import static io.millrace.workers.Attempts.anAttempt;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.RefusalReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TakenOffsetsTest {

  private static final TopicPartition SLOT = new TopicPartition("attempts", 0);
  private static final long LATER = Long.MAX_VALUE / 2;

  private final PendingCommits consumer = new PendingCommits();
  private final List<String> heard = new ArrayList<>();
  private final TakenOffsets offsets =
      new TakenOffsets(
          consumer,
          new TakenOffsets.Listener() {
            @Override
            public void onCommitted(TakenBatch batch) {
              heard.add("committed " + batch.nextOffsets().get(SLOT));
            }

            @Override
            public void onFenced(TakenBatch batch) {
              heard.add("fenced " + batch.nextOffsets().get(SLOT));
            }
          });

  @Test
  void shouldCallItCommittedWhenTheBrokerAgrees() {
    // Given
    offsets.commit(batch(4));
    // When
    consumer.succeed(0);
    // Then
    assertThat(heard).containsExactly("committed 5");
    assertThat(offsets.open()).isZero();
  }

  @Test
  void shouldCommitTheFurthestOffsetWhenTryingAgain() {
    // Given
    offsets.commit(batch(4));
    offsets.commit(batch(9));
    // When
    consumer.fail(0, new RetriableCommitFailedException("later"));
    offsets.retry(System.nanoTime() + LATER);
    // Then
    assertThat(consumer.offsets).containsExactly(5L, 10L, 10L);
    assertThat(heard).isEmpty();
  }

  @Test
  void shouldNotTryAgainWhenALaterCommitCoversIt() {
    // Given
    offsets.commit(batch(4));
    offsets.commit(batch(9));
    // When
    consumer.fail(0, new RetriableCommitFailedException("later"));
    consumer.succeed(1);
    offsets.retry(System.nanoTime() + LATER);
    // Then
    assertThat(consumer.offsets).containsExactly(5L, 10L);
    assertThat(heard).containsExactly("committed 10", "committed 5");
  }

  @Test
  void shouldCallItFencedWhenTheGenerationIsOver() {
    // Given
    offsets.commit(batch(4));
    // When
    consumer.fail(0, new CommitFailedException());
    // Then
    assertThat(heard).containsExactly("fenced 5");
  }

  @Test
  void shouldSettleEverythingOnceWhenThePartitionsAreRevoked() {
    // Given
    offsets.commit(batch(4));
    offsets.commit(batch(9));
    // When
    offsets.settleAll(Duration.ofSeconds(1));
    consumer.fail(0, new CommitFailedException());
    // Then
    assertThat(consumer.synced).containsExactly(10L);
    assertThat(heard).containsExactly("committed 5", "committed 10");
  }

  @Test
  void shouldFenceEverythingWhenThePartitionsAreLost() {
    // Given
    offsets.commit(batch(4));
    // When
    offsets.loseAll();
    consumer.succeed(0);
    // Then
    assertThat(heard).containsExactly("fenced 5");
  }

  private static TakenBatch batch(long offset) {
    var batch = new TakenBatch();
    batch.refuse(new ReadAttempt(SLOT, offset, 1, anAttempt().build()), RefusalReason.LATE);
    return batch;
  }

  /** Kafka's own test consumer, with commits that are answered when the test says. */
  private static final class PendingCommits extends MockConsumer<byte[], byte[]> {
    private final List<Long> offsets = new ArrayList<>();
    private final List<Long> synced = new ArrayList<>();
    private final List<Runnable> successes = new ArrayList<>();
    private final List<Consumer<Exception>> failures = new ArrayList<>();

    PendingCommits() {
      super("earliest");
    }

    @Override
    public synchronized void commitAsync(
        Map<TopicPartition, OffsetAndMetadata> wanted, OffsetCommitCallback callback) {
      offsets.add(wanted.getOrDefault(SLOT, new OffsetAndMetadata(0)).offset());
      successes.add(() -> callback.onComplete(wanted, null));
      failures.add(e -> callback.onComplete(wanted, e));
    }

    @Override
    public synchronized void commitSync(
        Map<TopicPartition, OffsetAndMetadata> wanted, Duration timeout) {
      synced.add(wanted.getOrDefault(SLOT, new OffsetAndMetadata(0)).offset());
    }

    void succeed(int commit) {
      successes.get(commit).run();
    }

    void fail(int commit, Exception e) {
      failures.get(commit).accept(e);
    }
  }
}
