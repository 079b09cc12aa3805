package io.millrace.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RequestIdsTest {

  @Test
  void shouldBeOrderedAndCarryTheirTimeWhenFresh() {
    // Given
    var ids = Stream.generate(RequestIds::fresh).limit(1000).toList();
    // When
    long millis = RequestIds.millisOf(ids.getFirst());
    // Then
    assertThat(ids).isSorted().doesNotHaveDuplicates().allMatch(RequestIds::isRequestId);
    assertThat(ids.getFirst())
        .isGreaterThan(RequestIds.lowerBound(millis))
        .isLessThan(RequestIds.lowerBound(millis + 1));
  }

  @Test
  void shouldDifferByAccountKindAndKeyWhenDerived() {
    // Given
    var id = RequestIds.ofIdempotencyKey("acme", Endpoint.CHAT_COMPLETIONS, "k");
    // When
    var others =
        List.of(
            RequestIds.ofIdempotencyKey("acme", Endpoint.CHAT_COMPLETIONS, "l"),
            RequestIds.ofIdempotencyKey("acme", Endpoint.EMBEDDINGS, "k"),
            RequestIds.ofIdempotencyKey("acm", Endpoint.CHAT_COMPLETIONS, "k"),
            RequestIds.ofBatchLine("acme", "bulk_1", "k"));
    // Then
    assertThat(RequestIds.ofIdempotencyKey("acme", Endpoint.CHAT_COMPLETIONS, "k")).isEqualTo(id);
    assertThat(others).doesNotContain(id).doesNotHaveDuplicates();
    assertThat(others).allMatch(RequestIds::isRequestId);
    assertThat(RequestIds.ofBatch("acme", "night")).matches("bulk_[0-9a-f]{32}");
  }

  @Test
  void shouldKnowWhatIsNoId() {
    assertThat(
            Stream.of("", "req_", "req_" + "g".repeat(32), "bat_" + "0".repeat(32), "req_/../x")
                .filter(RequestIds::isRequestId))
        .isEmpty();
  }
}
