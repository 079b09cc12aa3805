package io.millrace.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          - | false | -
          respond-async | true | -
          Respond-Async , WAIT=10 | true | PT10S
          wait="7"; x=y, handling=lenient | false | PT7S
          wait=5, wait=9 | false | PT5S
          return=minimal | false | -
          wait=0 | false | PT0S
          """)
  void shouldReadTheHeader(String header, boolean respondAsync, Duration patience) {
    assertThat(Prefer.parse(header)).isEqualTo(Checked.ok(new Prefer(respondAsync, patience)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"wait", "wait=", "wait=soon", "wait=-1", "wait=99999999999"})
  void shouldRefuseWhenTheWaitIsNoNumber(String header) {
    // When
    var error = ((Checked.Refused<Prefer>) Prefer.parse(header)).error();
    // Then
    assertThat(error.param()).isEqualTo("Prefer");
    assertThat(error.message()).contains(header);
  }

  @Test
  void shouldWaitNoLongerThanAllowed() {
    // Given
    var prefer = new Prefer(false, Duration.ofHours(1));
    // When
    var patience = prefer.waitAtMost(Duration.ofMinutes(10));
    // Then
    assertThat(patience).contains(Duration.ofMinutes(10));
  }
}
