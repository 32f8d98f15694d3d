"""How well the product finds what answers: six public sets of questions, through the product's own search."""
