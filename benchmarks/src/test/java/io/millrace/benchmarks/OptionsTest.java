package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

  @Test
  void shouldTakeNamesAndNumbersWhenBothAreGiven() {
    // When
    var options = Options.parse(List.of("accept", "--seconds", "3", "floor"));
    // Then
    assertThat(options.names()).containsExactly("accept", "floor");
    assertThat(options.time(10)).isEqualTo(Duration.ofSeconds(3));
    assertThat(options.rounds(5)).isEqualTo(5);
  }

  @Test
  void shouldNameTheOptionWhenItsValueIsNoNumber() {
    assertThatThrownBy(() -> Options.parse(List.of("--rounds", "many")))
        .hasMessageContaining("--rounds");
  }

  @Test
  void shouldRefuseWhenTheOptionIsUnknown() {
    assertThatThrownBy(() -> Options.parse(List.of("--speed", "9")))
        .hasMessageContaining("--speed");
  }
}
