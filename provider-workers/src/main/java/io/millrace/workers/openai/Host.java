package io.millrace.workers.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.Capabilities;
import io.millrace.workers.ProviderKind;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A host that speaks OpenAI's form more or less: a value of what is different about it is all there
 * is to adding one.
 *
 * @param kind of the configuration
 * @param baseUrl where it is unless configured; empty when it must be
 * @param capabilities what it can do; fields that it lacks are dropped or refused
 * @param ownFields request fields of its own that are passed on
 * @param wording puts a request into its words, after what it lacks has been taken out
 * @param answers how its answers differ
 * @param limits where it tells its limits
 * @param textsMax embeddings it takes at once
 */
public record Host(
    String kind,
    String baseUrl,
    Capabilities capabilities,
    Set<String> ownFields,
    BiConsumer<ObjectNode, ParameterCheck> wording,
    AnswerQuirks answers,
    LimitHeaders limits,
    int textsMax) {

  private static final int TEXTS_MAX_USUAL = 2048;

  public Host {
    ownFields = Set.copyOf(ownFields);
  }

  /** One that differs only in what it can do. */
  public static Host of(String kind, String baseUrl, Capabilities capabilities) {
    return new Host(
        kind,
        baseUrl,
        capabilities,
        Set.of(),
        (fields, check) -> {},
        AnswerQuirks.NONE,
        LimitHeaders.OPENAI,
        TEXTS_MAX_USUAL);
  }

  public Host withOwnFields(String... fields) {
    return new Host(
        kind, baseUrl, capabilities, Set.of(fields), wording, answers, limits, textsMax);
  }

  /** The same, with one more change of the request. */
  public Host wording(BiConsumer<ObjectNode, ParameterCheck> more) {
    return new Host(
        kind, baseUrl, capabilities, ownFields, wording.andThen(more), answers, limits, textsMax);
  }

  /** The same, with another name for a request field. */
  public Host renaming(String field, String theirs) {
    return wording(
        (fields, check) -> {
          var value = fields.remove(field);
          if (value != null) {
            fields.set(theirs, value);
          }
        });
  }

  public Host withAnswers(AnswerQuirks answers) {
    return new Host(kind, baseUrl, capabilities, ownFields, wording, answers, limits, textsMax);
  }

  public Host withLimits(LimitHeaders limits) {
    return new Host(kind, baseUrl, capabilities, ownFields, wording, answers, limits, textsMax);
  }

  public Host withTextsMax(int textsMax) {
    return new Host(kind, baseUrl, capabilities, ownFields, wording, answers, limits, textsMax);
  }

  public ProviderKind asKind() {
    return new ProviderKind(kind, capabilities, provider -> new HostAdapter(this, provider));
  }
}
