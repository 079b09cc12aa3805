package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ingress.RequestOptions.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BulkLineTest {

  private static final String BODY =
      "{ \"model\": \"m\", \"temperature\": 1.10, \"messages\": [{\"role\":\"user\","
          + "\"content\":\"grüße\"}]}";

  @Test
  void shouldKeepTheBodyAsItWasWritten() {
    // Given
    var line =
        "{\"custom_id\":\"c1\", \"body\" : "
            + BODY
            + " , \"url\":\"/v1/chat/completions\",\"lane\":\"standard\","
            + "\"tags\":{\"a\":\"b\"},\"deadline\":\"PT1H\"}";
    // When
    var read = BulkLine.read(line.getBytes(UTF_8));
    // Then
    assertThat(read.customId()).isEqualTo("c1");
    var parsed = ((Checked.Ok<BulkLine.Parsed>) read.parsed()).value();
    assertThat(UTF_8.decode(parsed.body()).toString()).isEqualTo(BODY);
    assertThat(parsed.endpoint()).isEqualTo(Endpoint.CHAT_COMPLETIONS);
    assertThat(parsed.call().model()).isEqualTo("m");
    assertThat(parsed.option(Option.LANE)).contains("standard");
    assertThat(parsed.option(Option.TAGS)).contains("a=b");
    assertThat(parsed.option(Option.DEADLINE)).contains("PT1H");
    assertThat(parsed.option(Option.CALLBACK)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      nullValues = "-",
      textBlock =
          """
          [] | -
          {"custom_id":"a" | -
          {"custom_id":"a"} x | -
          {"url":"/v1/embeddings","body":{"model":"m","input":"x"}} | custom_id
          {"custom_id":"a","method":"GET","url":"/v1/embeddings","body":{"model":"m","input":"x"}} | method
          {"custom_id":"a","url":"/v1/images","body":{}} | url
          {"custom_id":"a","url":"/v1/embeddings"} | body
          {"custom_id":"a","url":"/v1/embeddings","body":[]} | body
          {"custom_id":"a","url":"/v1/embeddings","body":{"model":"m","input":[]}} | body.input
          {"custom_id":"a","url":"/v1/chat/completions","body":{"stream":true}} | body.stream
          """)
  void shouldSayWhatIsWrongWithALine(String line, String param) {
    // When
    var read = BulkLine.read(line.getBytes(UTF_8));
    // Then
    var error = ((Checked.Refused<BulkLine.Parsed>) read.parsed()).error();
    assertThat(error.param()).isEqualTo(param);
    assertThat(error.kind().status()).isEqualTo(400);
  }

  @Test
  void shouldGiveAReceiptForEach() {
    assertThat(
            new String(
                BulkReceipt.toJson(3, "c1", "bulk_1", new BulkReceipt.Accepted("req_1")), UTF_8))
        .isEqualTo(
            """
            {"line":3,"custom_id":"c1","batch_id":"bulk_1","id":"req_1","status":"queued"}
            """);
    assertThat(
            new String(
                BulkReceipt.toJson(
                    4,
                    null,
                    "bulk_1",
                    new BulkReceipt.NotAccepted(ApiError.modelNotFound("gpt-x"))),
                UTF_8))
        .isEqualTo(
            """
            {"line":4,"custom_id":null,"batch_id":"bulk_1","error":{"message":"The model `gpt-x`\
             does not exist or you do not have access to it.","type":"invalid_request_error",\
            "param":"model","code":"model_not_found"}}
            """);
  }
}
