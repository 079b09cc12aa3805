package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddingsRequestTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"model":"m"} | input
          {"model":"m","input":""} | input
          {"model":"m","input":[]} | input
          {"model":"m","input":["a",""]} | input[1]
          {"model":"m","input":[{}]} | input[0]
          {"input":"a"} | model
          {"model":"m","input":"a","dimensions":0} | dimensions
          {"model":"m","input":"a","encoding_format":"hex"} | encoding_format
          """)
  void shouldNameTheFieldWhenItIsWrong(String body, String param) {
    // When
    var checked = check(body);
    // Then
    assertThat(((Checked.Refused<ModelCall>) checked).error().param()).isEqualTo(param);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"model":"m","input":"12345"} | 2 | 2
          {"model":"m","input":["1234","12345678","1"]} | 4 | 2
          {"model":"m","input":[1,2,3]} | 3 | 3
          {"model":"m","input":[[1,2],[3]]} | 3 | 2
          """)
  void shouldCountTokensInEveryForm(String body, int tokens, int longest) {
    // When
    var call = ((Checked.Ok<ModelCall>) check(body)).value();
    // Then
    assertThat(call.inputTokensEstimated()).isEqualTo(tokens);
    assertThat(call.contextTokensEstimated()).isEqualTo(longest);
    assertThat(call.outputTokensMax()).isZero();
  }

  private static Checked<ModelCall> check(String body) {
    var bytes = body.getBytes(UTF_8);
    return Json.parseObject(bytes).then(json -> Endpoint.EMBEDDINGS.check(json, bytes.length));
  }
}
