package io.millrace.simulator.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.simulator.engine.TokenCount;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiTextTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "12, 12ms",
    "1000, 1s",
    "8640, 8.64s",
    "60000, 1m0s",
    "360000, 6m0s",
    "3600000, 1h0m0s",
    "3661500, 1h1m1.5s"
  })
  void shouldPrintDurationAsGoDoes(long millis, String text) {
    // When
    String printed = GoDuration.ofMillis(millis);
    // Then
    assertThat(printed).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "é", "漢字", "a😀b", "half \ud83d", "\ud83d\ud83d\ude00"})
  void shouldCountBytesAsEncoderDoes(String text) {
    // When
    long bytes = TokenCount.utf8Bytes(text);
    // Then
    assertThat(bytes).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
  }

  @Test
  void shouldCountPartsAndMessagesButNeverMoreThanBody() {
    // Given
    var messages =
        Checks.tree(
            """
            [{"role":"system","content":"abcd"},
             {"role":"user","content":[{"type":"text","text":"abcde"},{"type":"image_url"}]},
             {"role":"assistant","content":null}]
            """
                .getBytes(StandardCharsets.UTF_8));
    // When
    int tokens = InputTokens.ofMessages(messages, 1000);
    // Then
    assertThat(tokens).isEqualTo(3 + 3 * 4);
    assertThat(InputTokens.ofMessages(messages, 10)).isEqualTo(10);
  }
}
