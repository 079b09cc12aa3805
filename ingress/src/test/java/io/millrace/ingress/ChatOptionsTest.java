package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every field that a chat call may have beside its messages. */
class ChatOptionsTest {

  @ParameterizedTest(name = "{0} → {1} {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          "stream":true,"stream_options":[] | invalid_type | stream_options
          "stream":true,"stream_options":{"include_usage":1} | invalid_type | stream_options.include_usage
          "stream":true,"stream_options":{"include_obfuscation":"no"} | invalid_type | stream_options.include_obfuscation
          "stream_options":{} | invalid_value | stream_options
          "frequency_penalty":2.1 | decimal_above_max_value | frequency_penalty
          "presence_penalty":"x" | invalid_type | presence_penalty
          "top_p":-0.1 | decimal_below_min_value | top_p
          "seed":1.5 | invalid_type | seed
          "seed":99999999999999999999 | integer_above_max_value | seed
          "logprobs":1 | invalid_type | logprobs
          "logprobs":true,"top_logprobs":21 | integer_above_max_value | top_logprobs
          "logprobs":false,"top_logprobs":1 | invalid_value | top_logprobs
          "stop":7 | invalid_type | stop
          "stop":["a",7] | invalid_type | stop[1]
          "logit_bias":[] | invalid_type | logit_bias
          "logit_bias":{"5":"x"} | invalid_type | logit_bias.5
          "logit_bias":{"5":101} | decimal_above_max_value | logit_bias.5
          "logit_bias":{"5":-101} | decimal_below_min_value | logit_bias.5
          "response_format":"json" | invalid_type | response_format
          "response_format":{} | missing_required_parameter | response_format.type
          "response_format":{"type":"xml"} | invalid_value | response_format.type
          "response_format":{"type":"json_schema"} | missing_required_parameter | response_format.json_schema
          "response_format":{"type":"json_schema","json_schema":{}} | missing_required_parameter | response_format.json_schema.name
          "response_format":{"type":"json_schema","json_schema":{"name":"a b"}} | invalid_value | response_format.json_schema.name
          "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":[]}} | invalid_type | response_format.json_schema.schema
          "response_format":{"type":"json_schema","json_schema":{"name":"a","strict":1}} | invalid_type | response_format.json_schema.strict
          "reasoning_effort":"huge" | invalid_value | reasoning_effort
          "reasoning_effort":3 | invalid_type | reasoning_effort
          "verbosity":"loud" | invalid_value | verbosity
          "modalities":"text" | invalid_type | modalities
          "modalities":["text","smell"] | invalid_value | modalities[1]
          "audio":{"voice":"alloy"} | missing_required_parameter | audio.format
          "audio":{"format":"midi","voice":"alloy"} | invalid_value | audio.format
          "audio":{"format":"mp3"} | missing_required_parameter | audio.voice
          "prediction":{"type":"guess"} | invalid_value | prediction.type
          "prediction":{"type":"content"} | missing_required_parameter | prediction.content
          "parallel_tool_calls":"no" | invalid_type | parallel_tool_calls
          "tool_choice":"some" | invalid_value | tool_choice
          "tool_choice":7 | invalid_type | tool_choice
          "tool_choice":{} | missing_required_parameter | tool_choice.type
          "tool_choice":{"type":"magic"} | invalid_value | tool_choice.type
          "tool_choice":{"type":"function"} | missing_required_parameter | tool_choice.function
          "tool_choice":{"type":"function","function":{}} | missing_required_parameter | tool_choice.function.name
          "tool_choice":{"type":"custom","custom":{"name":1}} | invalid_type | tool_choice.custom.name
          "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"none"}} | invalid_value | tool_choice.allowed_tools.mode
          "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto"}} | missing_required_parameter | tool_choice.allowed_tools.tools
          "functions":{} | invalid_type | functions
          "functions":[{}] | missing_required_parameter | functions[0].name
          "functions":["f"] | missing_required_parameter | functions[0].name
          "function_call":"f" | invalid_value | function_call
          "function_call":{} | missing_required_parameter | function_call.name
          "store":"yes" | invalid_type | store
          "metadata":"x" | invalid_type | metadata
          "metadata":{"a":1} | invalid_type | metadata.a
          "service_tier":1 | invalid_type | service_tier
          "user":1 | invalid_type | user
          "safety_identifier":{} | invalid_type | safety_identifier
          "prompt_cache_key":1 | invalid_type | prompt_cache_key
          "prompt_cache_retention":"1h" | invalid_value | prompt_cache_retention
          "prompt_cache_options":"x" | invalid_type | prompt_cache_options
          "moderation":"x" | invalid_type | moderation
          "web_search_options":true | invalid_type | web_search_options
          """)
  void shouldNameTheFieldWhenItIsWrong(String fields, String code, String param) {
    // When
    var checked = check(fields);
    // Then
    assertThat(checked).isInstanceOf(Checked.Refused.class);
    var error = ((Checked.Refused<ModelCall>) checked).error();
    assertThat(error.param()).isEqualTo(param);
    assertThat(new String(error.toJson(), UTF_8)).contains("\"code\":\"" + code + "\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          "metadata":{"%1$s":"x"} | metadata.
          "metadata":{"a":"%2$s"} | metadata.a
          "safety_identifier":"%2$s" | safety_identifier
          """)
  void shouldRefuseTextsThatAreTooLong(String fields, String param) {
    // When
    var checked = check(fields.formatted("k".repeat(65), "v".repeat(513)));
    // Then
    assertThat(checked).isInstanceOf(Checked.Refused.class);
    var error = ((Checked.Refused<ModelCall>) checked).error();
    assertThat(error.param()).startsWith(param);
    assertThat(new String(error.toJson(), UTF_8)).contains("\"string_above_max_length\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          "stop":"x","seed":-9223372036854775808,"service_tier":"on_demand"
          "tool_choice":null,"stop":null,"logit_bias":null,"audio":null,"metadata":null
          "response_format":{"type":"text"},"function_call":"auto","verbosity":null
          "functions":[{"name":"f","parameters":{}}],"function_call":{"name":"f"}
          "tool_choice":{"type":"custom","custom":{"name":"f"}}
          "logprobs":true,"top_logprobs":0
          """)
  void shouldLetThroughWhatIsRight(String fields) {
    assertThat(check(fields)).isInstanceOf(Checked.Ok.class);
  }

  private static Checked<ModelCall> check(String fields) {
    var bytes =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],%s}"
            .formatted(fields)
            .getBytes(UTF_8);
    return Json.parseObject(bytes)
        .then(json -> Endpoint.CHAT_COMPLETIONS.check(json, bytes.length));
  }
}
