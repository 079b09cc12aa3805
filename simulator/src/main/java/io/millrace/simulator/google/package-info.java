/**
 * Google's wire form under {@code /v1beta}, as the Gemini API speaks it, and under {@code
 * /v1/projects}, as Vertex AI does, with an endpoint that lends access tokens.
 */
@NullMarked
package io.millrace.simulator.google;

import org.jspecify.annotations.NullMarked;
