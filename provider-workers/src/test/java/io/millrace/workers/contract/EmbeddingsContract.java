package io.millrace.workers.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Feature;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Vectors for texts, in order, however many. */
interface EmbeddingsContract extends ContractSubject {

  @Test
  default void shouldEmbedTextsInOrder() {
    needs(Feature.EMBEDDINGS);
    try (var bench = ContractBench.of(this)) {
      // When
      var run = bench.embed("[\"stone\",\"wheel\"]", "");
      var single = bench.embed("\"wheel\"", "");
      // Then
      assertThat(run.outcome().verdict()).isEqualTo(Verdict.COMPLETED);
      assertThat(run.body().path("object").asText()).isEqualTo("list");
      var data = run.body().path("data");
      assertThat(data).hasSize(2);
      assertThat(data.path(1).path("index").asInt()).isEqualTo(1);
      assertThat(data.path(1).path("embedding").size()).isPositive();
      assertThat(data.path(0).path("embedding")).isNotEqualTo(data.path(1).path("embedding"));
      assertThat(vector(data.path(1))).isEqualTo(vector(single.body().path("data").path(0)));
      var used = ChatContract.usage(run);
      assertThat(used.getInputTokens()).isPositive();
      assertThat(run.body().at("/usage/total_tokens").asLong()).isEqualTo(used.getInputTokens());
    }
  }

  @Test
  default void shouldEncodeVectorsWhenAsked() {
    needs(Feature.EMBEDDINGS);
    try (var bench = ContractBench.of(this)) {
      // When
      var encoded = bench.embed("\"stone\"", "\"encoding_format\":\"base64\"");
      var plain = bench.embed("\"stone\"", "\"encoding_format\":\"float\"");
      // Then
      var text = encoded.body().path("data").path(0).path("embedding");
      assertThat(text.isTextual()).isTrue();
      var floats =
          ByteBuffer.wrap(Base64.getDecoder().decode(text.asText()))
              .order(ByteOrder.LITTLE_ENDIAN)
              .asFloatBuffer();
      var vector = vector(plain.body().path("data").path(0));
      assertThat(floats.remaining()).isEqualTo(vector.length);
      for (float number : vector) {
        assertThat(floats.get()).isEqualTo(number);
      }
    }
  }

  @Test
  default void shouldEmbedMoreTextsThanProviderTakesAtOnce() {
    needs(Feature.EMBEDDINGS);
    try (var bench = ContractBench.of(this)) {
      int texts = manyTexts();
      var input =
          IntStream.range(0, texts)
              .mapToObj(i -> "\"text " + i + "\"")
              .collect(Collectors.joining(",", "[", "]"));
      var last = bench.embed("\"text " + (texts - 1) + "\"", "");
      // When
      var run = bench.embed(input, "");
      // Then
      var data = run.body().path("data");
      assertThat(data).hasSize(texts);
      for (int i = 0; i < texts; i++) {
        assertThat(data.path(i).path("index").asInt()).isEqualTo(i);
      }
      assertThat(vector(data.path(texts - 1))).isEqualTo(vector(last.body().path("data").path(0)));
      assertThat(ChatContract.usage(run).getInputTokens()).isGreaterThanOrEqualTo(texts);
    }
  }

  private static float[] vector(JsonNode entry) {
    var numbers = entry.path("embedding");
    var vector = new float[numbers.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = numbers.path(i).floatValue();
    }
    return vector;
  }
}
