package io.millrace.workers.google;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.text;
import static io.millrace.workers.Attempts.utf8;
import static io.millrace.workers.google.Replies.calls;
import static io.millrace.workers.google.Replies.callsWith;
import static io.millrace.workers.google.Replies.gemini;
import static io.millrace.workers.google.Replies.json;
import static io.millrace.workers.google.Replies.refusal;
import static io.millrace.workers.google.Replies.sent;
import static io.millrace.workers.google.Replies.vertex;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.Credential;
import io.millrace.workers.Media;
import io.millrace.workers.ProviderAdapters;
import io.millrace.workers.Translation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoogleRequestTest {

  private static final String FLASH = "gemini-2.5-flash";

  private static AttemptRequested attempt(String model, String body) {
    return anAttempt().setModel(model).setBody(utf8(body)).build();
  }

  private static AttemptRequested attempt(String body) {
    return attempt(FLASH, body);
  }

  @Test
  void shouldWriteEveryFieldWhenAllAreGiven() {
    // Given
    var attempt =
        attempt(
            """
            {"model":"fast","messages":[
              {"role":"system","content":"Be brief."},
              {"role":"developer","content":[{"type":"text","text":"In English."},{"type":"text","text":""}]},
              {"role":"user","content":"Hi"},
              {"role":"user","content":[{"type":"text","text":"there"}],"name":"ann"},
              {"role":"assistant","content":"Hello"},
              {"role":"assistant","content":"again"},
              {"role":"user","content":[{"type":"text","text":"Look"},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
                {"type":"input_audio","input_audio":{"format":"wav","data":"BBBB"}},
                {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,CCCC"}},
                {"type":"image_url","image_url":{"url":"gs://bucket/cat.jpg"}}]}],
             "max_completion_tokens":100,"temperature":0.2,"top_p":0.9,"top_k":40,"seed":7,"stop":["a","b"],
             "frequency_penalty":0.1,"presence_penalty":-0.1,"logprobs":true,"top_logprobs":3,
             "reasoning_effort":"medium","service_tier":"flex",
             "safety_settings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}],
             "response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}},
             "tools":[{"type":"function","function":{"name":"look","description":"looks","parameters":{"type":"object","properties":{"q":{"type":"string"}}}}},
                      {"type":"function","function":{"name":"stop"}}],
             "tool_choice":{"type":"function","function":{"name":"look"}}}""");
    // When
    var calls = calls(gemini(), attempt);
    // Then
    assertThat(calls.droppedParameters()).isEmpty();
    assertThat(sent(calls))
        .isEqualTo(
            json(
                """
                {"contents":[
                  {"role":"user","parts":[{"text":"Hi"},{"text":"there"}]},
                  {"role":"model","parts":[{"text":"Hello"},{"text":"again"}]},
                  {"role":"user","parts":[{"text":"Look"},
                    {"inlineData":{"mimeType":"image/png","data":"AAAA"}},
                    {"inlineData":{"mimeType":"audio/wav","data":"BBBB"}},
                    {"inlineData":{"mimeType":"application/pdf","data":"CCCC"}},
                    {"fileData":{"mimeType":"image/jpeg","fileUri":"gs://bucket/cat.jpg"}}]}],
                 "systemInstruction":{"parts":[{"text":"Be brief."},{"text":"In English."}]},
                 "tools":[{"functionDeclarations":[
                   {"name":"look","description":"looks","parametersJsonSchema":{"type":"object","properties":{"q":{"type":"string"}}}},
                   {"name":"stop"}]}],
                 "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["look"]}},
                 "generationConfig":{"maxOutputTokens":100,"temperature":0.2,"topP":0.9,"topK":40,"seed":7,
                   "frequencyPenalty":0.1,"presencePenalty":-0.1,"stopSequences":["a","b"],
                   "responseLogprobs":true,"logprobs":3,"responseMimeType":"application/json",
                   "responseJsonSchema":{"type":"object"},"thinkingConfig":{"thinkingBudget":8192}},
                 "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}],
                 "serviceTier":"flex"}"""));
  }

  @Test
  void shouldNameTheModelInThePathWhenCalling() {
    // Given
    var attempt = attempt("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    // When
    var call = calls(gemini(), attempt).calls().getFirst().http();
    var signed = ((Credential.Fixed) gemini().credentials().getFirst()).signer().sign(call, NOW);
    var streamed = AttemptRequested.newBuilder(attempt).setStream(true).build();
    // Then
    assertThat(call.path()).isEqualTo("/models/gemini-2.5-flash:generateContent");
    assertThat(signed.headers())
        .containsOnly(
            Map.entry("content-type", "application/json"),
            Map.entry("accept", "application/json"),
            Map.entry("x-client-request-id", "req_0123"),
            Map.entry("x-goog-api-key", "key-1"));
    assertThat(text(call.body()))
        .isEqualTo("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]}");
    assertThat(calls(gemini(), streamed).calls().getFirst().http().path())
        .isEqualTo("/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
    assertThat(calls(vertex(), attempt).calls().getFirst().http().path())
        .isEqualTo("/publishers/google/models/gemini-2.5-flash:generateContent");
  }

  @Test
  void shouldFindNamesAndOrderWhenToolsHaveAnswered() {
    // Given
    var attempt =
        attempt(
            "gemini-3-flash",
            """
            {"messages":[
              {"role":"user","content":"Weather?"},
              {"role":"assistant","content":null,"tool_calls":[
                {"id":"call_1","type":"function","function":{"name":"here","arguments":"{}"}},
                {"id":"x9","type":"function","function":{"name":"rain","arguments":"{\\"at\\":1.50}"},
                 "extra_content":{"google":{"thought_signature":"c2ln"}}}]},
              {"role":"tool","tool_call_id":"x9","content":"{\\"wet\\":true}"},
              {"role":"tool","tool_call_id":"call_1","content":[{"type":"text","text":"Bern"}]},
              {"role":"user","content":"And now?"},
              {"role":"assistant","content":"Wait","tool_calls":[
                {"id":"call_2","type":"function","function":{"name":"here","arguments":"nonsense"}},
                {"id":"call_3","type":"function","function":{"name":"here","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"call_2","content":"3"},
              {"role":"tool","tool_call_id":"call_3","content":""}]}""");
    // When
    var contents = sent(calls(gemini(), attempt)).path("contents");
    // Then
    assertThat(contents)
        .isEqualTo(
            json(
                """
                [{"role":"user","parts":[{"text":"Weather?"}]},
                 {"role":"model","parts":[
                   {"functionCall":{"name":"here","args":{}}},
                   {"functionCall":{"id":"x9","name":"rain","args":{"at":1.50}},"thoughtSignature":"c2ln"}]},
                 {"role":"user","parts":[
                   {"functionResponse":{"name":"here","response":{"output":"Bern"}}},
                   {"functionResponse":{"id":"x9","name":"rain","response":{"output":{"wet":true}}}}]},
                 {"role":"user","parts":[{"text":"And now?"}]},
                 {"role":"model","parts":[{"text":"Wait"},
                   {"functionCall":{"name":"here","args":{}},"thoughtSignature":"skip_thought_signature_validator"},
                   {"functionCall":{"name":"here","args":{}}}]},
                 {"role":"user","parts":[
                   {"functionResponse":{"name":"here","response":{"output":"3"}}},
                   {"functionResponse":{"name":"here","response":{"output":""}}}]}]"""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"x\"}",
        "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}",
        "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"user\",\"content\":\"x\"}"
      })
  void shouldRefuseWhenCallsAndResultsDoNotMatch(String messages) {
    // When
    var failure =
        refusal(
            gemini(),
            attempt("{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}," + messages + "]}"));
    // Then
    assertThat(failure.error().status()).isEqualTo(400);
    assertThat(failure.error().param()).isEqualTo("messages");
  }

  @Test
  void shouldLetTheUserBeginWhenTheConversationDoesNot() {
    // When
    var instructions =
        sent(calls(gemini(), attempt("{\"messages\":[{\"role\":\"system\",\"content\":\"Go\"}]}")));
    var model =
        sent(
            calls(
                gemini(), attempt("{\"messages\":[{\"role\":\"assistant\",\"content\":\"Go\"}]}")));
    var empty = refusal(gemini(), attempt("{\"messages\":[{\"role\":\"user\",\"content\":\"\"}]}"));
    // Then
    assertThat(instructions)
        .isEqualTo(json("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Go\"}]}]}"));
    assertThat(model.path("contents").path(0).path("role").asText()).isEqualTo("user");
    assertThat(model.path("contents").path(1).path("role").asText()).isEqualTo("model");
    assertThat(empty.error().param()).isEqualTo("messages");
  }

  @Test
  void shouldInlineWhatWasFetchedWhenAUrlIsGiven() {
    // Given
    var attempt =
        attempt(
            """
            {"messages":[{"role":"user","content":[
              {"type":"image_url","image_url":{"url":"https://a.example/cat"}},
              {"type":"image_url","image_url":{"url":"https://youtu.be/abc"}},
              {"type":"file","file":{"file_id":"https://generativelanguage.googleapis.com/v1beta/files/f1"}}]}]}""");
    var media = Map.of("https://a.example/cat", new Media("image/webp", "AAAA"));
    // When
    var wanted = (Translation.MediaWanted) gemini().translate(attempt, NOW);
    var parts = sent(callsWith(gemini(), attempt, media)).path("contents").path(0).path("parts");
    // Then
    assertThat(wanted.urls()).containsExactly("https://a.example/cat");
    assertThat(parts)
        .isEqualTo(
            json(
                """
                [{"inlineData":{"mimeType":"image/webp","data":"AAAA"}},
                 {"fileData":{"mimeType":"video/mp4","fileUri":"https://youtu.be/abc"}},
                 {"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/f1"}}]"""));
  }

  @ParameterizedTest
  @CsvSource({
    "gemini-2.5-pro, none, '{\"thinkingBudget\":128}'",
    "gemini-2.5-flash, none, '{\"thinkingBudget\":0}'",
    "gemini-2.5-flash-lite, minimal, '{\"thinkingBudget\":1024}'",
    "gemini-2.5-flash, xhigh, '{\"thinkingBudget\":24576}'",
    "gemini-3-pro-preview, medium, '{\"thinkingLevel\":\"HIGH\"}'",
    "gemini-3.1-pro-preview, medium, '{\"thinkingLevel\":\"MEDIUM\"}'",
    "gemini-3.1-pro-preview, minimal, '{\"thinkingLevel\":\"LOW\"}'",
    "gemini-3.5-flash, none, '{\"thinkingLevel\":\"MINIMAL\"}'",
    "gemini-4-argon, high, '{\"thinkingLevel\":\"HIGH\"}'",
    "gemini-flash-latest, low, '{\"thinkingLevel\":\"LOW\"}'"
  })
  void shouldThinkAsTheFamilyDoesWhenEffortIsAsked(String model, String effort, String config) {
    // When
    var calls =
        calls(
            gemini(),
            attempt(
                model,
                "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],\"reasoning_effort\":\"%s\"}"
                    .formatted(effort)));
    // Then
    assertThat(sent(calls).path("generationConfig").path("thinkingConfig")).isEqualTo(json(config));
    assertThat(calls.droppedParameters()).isEmpty();
  }

  @Test
  void shouldDropOrRefuseWhatCannotBeHadWhenAsked() {
    // Given
    var attempt =
        attempt(
            "gemini-2.0-flash",
            """
            {"messages":[{"role":"user","content":"q"}],"reasoning_effort":"low","logit_bias":{"5":1},"user":"u",
             "stop":["1","2","3","4","5","6"],"parallel_tool_calls":false,"service_tier":"scale","store":false}""");
    var strict =
        new ProviderAdapters(new GoogleKinds(Map.of()).all())
            .adapterFor(
                ProviderConfig.of("g", "gemini", "")
                    .withUnsupportedParameters(UnsupportedParameters.REJECT));
    // When
    var calls = calls(gemini(), attempt);
    // Then
    assertThat(calls.droppedParameters())
        .containsExactlyInAnyOrder(
            "reasoning_effort",
            "logit_bias",
            "user",
            "stop",
            "parallel_tool_calls",
            "service_tier");
    assertThat(sent(calls))
        .isEqualTo(json("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"q\"}]}]}"));
    assertThat(refusal(strict, attempt).error().code()).isEqualTo("unsupported_parameter");
    assertThat(
            refusal(gemini(), attempt("{\"messages\":[],\"modalities\":[\"audio\"]}"))
                .error()
                .param())
        .isEqualTo("messages");
  }

  @ParameterizedTest
  @CsvSource({"auto, AUTO", "required, ANY"})
  void shouldOfferOnlyAllowedToolsWhenSomeAreAllowed(String mode, String sent) {
    // When
    var request =
        sent(
            calls(
                gemini(),
                attempt(
                    """
                    {"messages":[{"role":"user","content":"q"}],
                     "tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"b"}}],
                     "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"%s",
                       "tools":[{"type":"function","function":{"name":"b"}}]}}}"""
                        .formatted(mode))));
    // Then
    assertThat(request.path("tools"))
        .isEqualTo(json("[{\"functionDeclarations\":[{\"name\":\"b\"}]}]"));
    assertThat(request.at("/toolConfig/functionCallingConfig/mode").asText()).isEqualTo(sent);
  }

  @Test
  void shouldCallAsOftenAsChoicesAreAskedWhenThereAreSeveral() {
    // When
    var calls =
        calls(gemini(), attempt("{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],\"n\":3}"));
    // Then
    assertThat(calls.calls()).hasSize(3);
    assertThat(sent(calls).has("generationConfig")).isFalse();
  }

  @Test
  void shouldBatchWhenGeminiEmbeds() {
    // Given
    var inputs = "\"a\",".repeat(150) + "\"b\"";
    var attempt =
        anAttempt()
            .setEndpoint("/v1/embeddings")
            .setModel("gemini-embedding-001")
            .setBody(
                utf8("{\"input\":[" + inputs + "],\"dimensions\":8,\"task_type\":\"clustering\"}"))
            .build();
    // When
    var calls = calls(gemini(), attempt);
    // Then
    assertThat(calls.calls()).hasSize(2);
    assertThat(calls.calls().getFirst().http().path())
        .isEqualTo("/models/gemini-embedding-001:batchEmbedContents");
    assertThat(sent(calls).path("requests")).hasSize(100);
    assertThat(sent(calls).path("requests").path(0))
        .isEqualTo(
            json(
                """
                {"model":"models/gemini-embedding-001","content":{"parts":[{"text":"a"}]},
                 "taskType":"CLUSTERING","outputDimensionality":8}"""));
  }

  @ParameterizedTest
  @CsvSource({
    "gemini-embedding-001, 3, predict, '{\"instances\":[{\"content\":\"a\",\"task_type\":\"CLUSTERING\"}],\"parameters\":{\"outputDimensionality\":8}}'",
    "text-embedding-005, 1, predict, '{\"instances\":[{\"content\":\"a\",\"task_type\":\"CLUSTERING\"},{\"content\":\"b\",\"task_type\":\"CLUSTERING\"},{\"content\":\"c\",\"task_type\":\"CLUSTERING\"}],\"parameters\":{\"outputDimensionality\":8}}'",
    "gemini-embedding-2, 3, embedContent, '{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"embedContentConfig\":{\"taskType\":\"CLUSTERING\",\"outputDimensionality\":8}}'"
  })
  void shouldAskAsTheModelWantsWhenVertexEmbeds(String model, int count, String call, String body) {
    // Given
    var attempt =
        anAttempt()
            .setEndpoint("/v1/embeddings")
            .setModel(model)
            .setBody(
                utf8(
                    "{\"input\":[\"a\",\"b\",\"c\"],\"dimensions\":8,\"task_type\":\"CLUSTERING\"}"))
            .build();
    // When
    var calls = calls(vertex(), attempt);
    // Then
    assertThat(calls.calls()).hasSize(count);
    assertThat(calls.calls().getFirst().http().path()).endsWith(model + ":" + call);
    assertThat(sent(calls)).isEqualTo(json(body));
  }

  @Test
  void shouldSplitByLengthWhenVertexEmbedsLongTexts() {
    // Given
    var texts = List.of("x".repeat(40_000), "y".repeat(30_000), "z", "w".repeat(90_000));
    // When
    var groups = EmbeddingCalls.INSTANCES.groups(texts, "text-embedding-005");
    // Then
    assertThat(groups.stream().map(List::size)).containsExactly(1, 2, 1);
  }

  @Test
  void shouldRefuseWhenTokensAreToBeEmbedded() {
    // Given
    var attempt =
        anAttempt().setEndpoint("/v1/embeddings").setBody(utf8("{\"input\":[[1,2]]}")).build();
    // Then
    assertThat(refusal(gemini(), attempt).error().param()).isEqualTo("input");
  }
}
