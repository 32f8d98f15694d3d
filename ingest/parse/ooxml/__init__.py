"""What the formats of Office Open XML (docx, pptx, xlsx) share."""
