package io.millrace.standalone.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void shouldAlignColumnsAndNumbers() {
    // Given
    var table = new Table("model", ">calls");
    table.row("a", "1000");
    table.row("longer-name", "1");

    // When
    var text = table.text("nothing");

    // Then
    assertThat(text.lines())
        .containsExactly("model        calls", "a             1000", "longer-name      1");
  }

  @Test
  void shouldSayNothingWhenEmpty() {
    assertThat(new Table("model").text("nothing yet").strip()).isEqualTo("nothing yet");
  }
}
