package io.millrace.simulator.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatorScriptTest {

  private static SimulatorScript parse(String json) {
    return SimulatorScript.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldTakeDefaultsWhenNothingIsSaid() {
    // When
    var script = parse("{}");
    // Then
    assertThat(script).isEqualTo(SimulatorScript.defaults());
  }

  @Test
  void shouldReadEveryField() {
    // When
    var script =
        parse(
            """
            {"seed": 42, "requiredKey": "sk", "onlyListedModels": true,
             "requestsMax": 10, "bodyBytesMax": 1000,
             "latency": {"kind": "lognormal", "meanMs": 900, "stddevMs": 400.5},
             "outputTokens": {"kind": "uniform", "minTokens": 5, "maxTokens": 9},
             "echo": true,
             "toolCalls": 2, "cachedInputTokens": 3, "cacheWriteTokens": 4, "reasoningTokens": 5,
             "contentFilter": {"probability": 0.5},
             "stream": {"firstTokenMs": 200, "tokensPerSecond": 50, "chunkTokens": 2},
             "rateLimit": {"requestsPerMinute": 60, "tokensPerMinute": 9000, "concurrencyMax": 3},
             "errors": [{"status": 529, "probability": 0.1, "firstCalls": 2, "type": "t",
                         "code": "c", "message": "m", "headers": {"retry-after": "2"}}],
             "hang": {"probability": 0.01},
             "cut": {"probability": 0.02, "afterChunks": 4},
             "models": {"fast": {"latency": {"kind": "exponential", "meanMs": 5}}}}
            """);
    // Then
    var behaviour =
        new Behaviour(
            new Distribution.LogNormal(900, 400.5),
            new Distribution.Uniform(5, 9),
            true,
            new Extras(2, 3, 4, 5, 0.5),
            new StreamPace(200, 40, 2),
            new RateLimit(60, 9000, 3),
            new Faults(
                List.of(
                    new ErrorRule(
                        529,
                        0.1,
                        2,
                        new ErrorRule.Text("t", "c", "m"),
                        Map.of("retry-after", "2"))),
                0.01,
                new Faults.Cut(0.02, 4)));
    assertThat(script)
        .isEqualTo(
            new SimulatorScript(
                42,
                new SimulatorScript.Access("sk", true),
                new SimulatorScript.Limits(10, 1000),
                behaviour,
                Map.of("fast", behaviour.withLatencyMs(new Distribution.Exponential(5)))));
  }

  @Test
  void shouldReadWhatItWrote() {
    // Given
    var script =
        SimulatorScript.defaults()
            .withSeed(-1)
            .withRequiredKey("k")
            .withBehaviour(
                b ->
                    b.withLatencyMs(new Distribution.Normal(10, 3))
                        .withErrors(ErrorRule.always(500).withHeader("a", "b"))
                        .withExtras(e -> e.withToolCalls(2).withReasoningTokens(7))
                        .withHang(0.5)
                        .withCut(0.25, 3)
                        .withPace(new StreamPace(StreamPace.AS_LATENCY, 1.5, 4)))
            .withModel("m", b -> b.withEcho(true));
    // When
    var read = SimulatorScript.parse(script.toJson());
    // Then
    assertThat(read).isEqualTo(script);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"lateny\":1}                                        | lateny                    | 1",
        "{\"seed\":1.5}                                        | seed                      | 1.5",
        "{\"echo\":\"yes\"}                                    | echo                      | yes",
        "{\"requiredKey\":null}                                | requiredKey               | null",
        "{\"latency\":5}                                       | latency                   | 5",
        "{\"latency\":{\"kind\":\"flat\"}}                     | latency.kind              | flat",
        "{\"latency\":{\"kind\":\"fixed\"}}                    | latency.ms                | missing",
        "{\"latency\":{\"kind\":\"fixed\",\"ms\":-1}}          | latency.ms                | -1",
        "{\"latency\":{\"kind\":\"fixed\",\"ms\":1,\"minMs\":2}} | latency.minMs           | 2",
        "{\"latency\":{\"kind\":\"uniform\",\"minMs\":3,\"maxMs\":2}} | latency.maxMs      | 2",
        "{\"latency\":{\"kind\":\"lognormal\",\"meanMs\":0,\"stddevMs\":2}} | latency.meanMs | 0",
        "{\"outputTokens\":0}                                  | outputTokens              | 0",
        "{\"outputTokens\":{\"kind\":\"fixed\",\"tokens\":1e9}}| outputTokens.tokens       | 1.0E9",
        "{\"stream\":{\"chunkTokens\":0}}                      | stream.chunkTokens        | 0",
        "{\"stream\":{\"tokensPerSecond\":5,\"interChunkMs\":1}} | stream.tokensPerSecond  | 5",
        "{\"rateLimit\":{\"concurrencyMax\":\"3\"}}            | rateLimit.concurrencyMax  | 3",
        "{\"errors\":{}}                                       | errors                    | {}",
        "{\"errors\":[{\"probability\":1}]}                    | errors[0].status          | missing",
        "{\"errors\":[{\"status\":200}]}                       | errors[0].status          | 200",
        "{\"errors\":[{\"status\":500,\"probability\":2}]}     | errors[0].probability     | 2",
        "{\"errors\":[{\"status\":500,\"headers\":{\"a b\":\"c\"}}]} | errors[0].headers.a b | c",
        "{\"errors\":[{\"status\":500,\"headers\":{\"a\":1}}]} | errors[0].headers.a       | 1",
        "{\"toolCalls\":-1}                                    | toolCalls                 | -1",
        "{\"contentFilter\":{\"probability\":2}}              | contentFilter.probability | 2",
        "{\"hang\":{\"probability\":-0.1}}                     | hang.probability          | -0.1",
        "{\"cut\":{\"afterChunks\":-1}}                        | cut.afterChunks           | -1",
        "{\"models\":{\"m\":{\"seed\":1}}}                     | models.m.seed             | 1",
        "{\"models\":{\"m\":{\"latency\":{\"ms\":1}}}}         | models.m.latency.kind     | missing",
        "[]                                                    | script                    | []",
        "{\"seed\":1,\"seed\":2}                               | script                    | line 1",
        "{\"seed\":1} x                                        | script                    | line 1",
        "{                                                     | script                    | line 1",
      })
  void shouldNameFieldAndValueWhenScriptIsWrong(String json, String field, String value) {
    // When
    assertThatThrownBy(() -> parse(json))
        // Then
        .isInstanceOfSatisfying(
            ScriptException.class, wrong -> assertThat(wrong.field()).isEqualTo(field))
        .hasMessageStartingWith(field)
        .hasMessageContaining(value);
  }

  @Test
  void shouldHideKeyWhenPrinted() {
    // When
    String printed = SimulatorScript.defaults().withRequiredKey("sk-secret").toString();
    // Then
    assertThat(printed).doesNotContain("sk-secret");
  }
}
